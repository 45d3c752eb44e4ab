package externalids_test

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/audit/externalids"
	"github.com/deputy-sec/deputy/audit/rows"
)

const (
	small  = "abcdefghijklmnopqrstuvwxyz"
	large  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
	hexa   = "0123456789abcdef"
	base62 = small + large + digits
)

func chars(r *rand.Rand, from string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

// row is a row of an export.
type row struct {
	customer, account, value, origin, status, name string
	created                                        time.Time
}

// rowOf returns a row that nothing is wrong with but its value.
func rowOf(r *rand.Rand, n int) row {
	return row{
		customer: fmt.Sprintf("c-%d", 1000+n), account: chars(r, "123456789", 1) + chars(r, digits, 11),
		name: names[n%len(names)] + " " + kinds[n/len(names)%len(kinds)] + " " + places[n/len(names)/len(kinds)%len(places)], created: time.Unix(1_600_000_000+int64(n)*100_000, 0),
	}
}

var (
	names = []string{"Acme", "Globex", "Initech", "Umbrella", "Hooli", "Northwind", "Contoso", "Tyrell", "Cyberdyne", "Soylent", "Vandelay", "Wonka"}
	kinds = []string{"Corporation", "Industries", "Holdings", "Logistics", "Energy", "Partners", "Software", "Insurance"}
)

var places = []string{"Europe", "America", "Asia", "Africa", "Oceania"}

func csvOf(rows []row) string {
	var b strings.Builder
	b.WriteString("customer_id,account_id,external_id,origin,status,created_at,customer_name\n")
	for _, r := range rows {
		_, _ = fmt.Fprintf(&b, "%s,%s,\"%s\",%s,%s,%s,%s\n", r.customer, r.account, strings.ReplaceAll(r.value, `"`, `""`), r.origin, r.status, r.created.UTC().Format(time.RFC3339), r.name)
	}
	return b.String()
}

func audited(t testing.TB, text string) *externalids.Report {
	t.Helper()
	table, err := rows.Open(strings.NewReader(text), externalids.Columns())
	require.NoError(t, err)
	report, err := externalids.Run(context.Background(), table, 2)
	require.NoError(t, err)
	return report
}

// classes returns the class of each line of an export; those that are not told of are good.
func classes(t testing.TB, rows []row) map[int64]externalids.Notice {
	t.Helper()
	out := map[int64]externalids.Notice{}
	for n := range audited(t, csvOf(rows)).Notices() {
		out[n.Row] = n
	}
	return out
}

func uuid(r *rand.Rand, version int) string {
	b := make([]byte, 16)
	binary.BigEndian.PutUint64(b, r.Uint64())
	binary.BigEndian.PutUint64(b[8:], r.Uint64())
	b[6], b[8] = b[6]&0x0f|byte(version<<4), b[8]&0x3f|0x80
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func hashed[T ~[16]byte | ~[20]byte | ~[32]byte](sum T) string {
	var b []byte
	switch s := any(sum).(type) {
	case [16]byte:
		b = s[:]
	case [20]byte:
		b = s[:]
	case [32]byte:
		b = s[:]
	}
	return hex.EncodeToString(b)
}

func mac(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// made are the ways in which vendors make External IDs, with the class that follows.
var made = map[string]struct {
	class externalids.Class
	value func(r *rand.Rand, b row, n int) string
}{
	"UUID of version 4":                 {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return uuid(r, 4) }},
	"UUID in capitals":                  {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return strings.ToUpper(uuid(r, 4)) }},
	"UUID without hyphens":              {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return strings.ReplaceAll(uuid(r, 4), "-", "") }},
	"UUID of version 1":                 {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return uuid(r, 1) }},
	"UUID of version 3":                 {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return uuid(r, 3) }},
	"UUID of version 5":                 {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return uuid(r, 5) }},
	"UUID of version 6":                 {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return uuid(r, 6) }},
	"UUID of version 7":                 {externalids.Ageing, func(r *rand.Rand, b row, _ int) string { return version7(r, b.created) }},
	"UUID of version 7 without hyphens": {externalids.Ageing, func(r *rand.Rand, b row, _ int) string { return strings.ReplaceAll(version7(r, b.created), "-", "") }},
	"ULID":                              {externalids.Ageing, func(r *rand.Rand, b row, _ int) string { return ulid(r, b.created) }},
	"ObjectId": {externalids.Weak, func(r *rand.Rand, b row, n int) string {
		return fmt.Sprintf("%08x5f3a9c1b7e%06x", b.created.Unix(), 0x3a91c0+n)
	}},
	"16 of base62":          {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return chars(r, base62, 16) }},
	"20 of base62":          {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return chars(r, base62, 20) }},
	"26 of base32":          {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return chars(r, large+"234567", 26) }},
	"16 of base32":          {externalids.Ageing, func(r *rand.Rand, _ row, _ int) string { return chars(r, large+"234567", 16) }},
	"12 of base62":          {externalids.Ageing, func(r *rand.Rand, _ row, _ int) string { return chars(r, base62, 12) }},
	"8 of base62":           {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return chars(r, base62, 8) }},
	"32 hexadecimal digits": {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return chars(r, hexa, 32) }},
	"20 hexadecimal digits": {externalids.Ageing, func(r *rand.Rand, _ row, _ int) string { return chars(r, hexa, 20) }},
	"12 hexadecimal digits": {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return chars(r, hexa, 12) }},
	"30 small letters":      {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return chars(r, small, 30) }},
	"16 decimal digits":     {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return chars(r, digits, 16) }},
	"base64url of 16 bytes": {externalids.Good, func(r *rand.Rand, _ row, _ int) string {
		return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, r.Uint64()), r.Uint64()))
	}},
	"a prefix and a UUID":              {externalids.Good, func(r *rand.Rand, _ row, _ int) string { return "vendor-" + uuid(r, 4) }},
	"a prefix and 8 hexadecimal":       {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return "vendorproduct-" + chars(r, hexa, 8) }},
	"a long prefix and a short number": {externalids.Weak, func(r *rand.Rand, _ row, _ int) string { return "f3a91c07be52d8460a1c9e" + chars(r, hexa, 8) }},
	"the name and a UUID":              {externalids.Good, func(r *rand.Rand, b row, _ int) string { return slug(b.name) + "-" + uuid(r, 4) }},
	"the name and 8 hexadecimal":       {externalids.Weak, func(r *rand.Rand, b row, _ int) string { return slug(b.name) + "-" + chars(r, hexa, 8) }},
	"the account and 32 hexadecimal":   {externalids.Good, func(r *rand.Rand, b row, _ int) string { return b.account + ":" + chars(r, hexa, 32) }},
	"a counter":                        {externalids.Weak, func(_ *rand.Rand, _ row, n int) string { return fmt.Sprintf("%024d", 481_516+n) }},
	"a counter behind a prefix":        {externalids.Weak, func(_ *rand.Rand, _ row, n int) string { return fmt.Sprintf("customer%08d", 4815+n) }},
	"a counter in hexadecimal":         {externalids.Weak, func(_ *rand.Rand, _ row, n int) string { return fmt.Sprintf("a7f3c90b2e%014x", 0x7e1c0+3*n) }},
	"the account":                      {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return b.account }},
	"the account backwards":            {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return reversed(b.account) }},
	"the account in base64":            {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return base64.StdEncoding.EncodeToString([]byte(b.account)) }},
	"the account in hexadecimal":       {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hex.EncodeToString([]byte(b.account)) }},
	"the account behind a prefix":      {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return "vendor-" + b.account }},
	"MD5 of the account":               {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(md5.Sum([]byte(b.account))) }},
	"MD5 of the account as a UUID":     {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return asUUID(hashed(md5.Sum([]byte(b.account)))) }},
	"SHA-1 of the customer":            {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(sha1.Sum([]byte(b.customer))) }},
	"SHA-256 of the account":           {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(sha256.Sum256([]byte(b.account))) }},
	"SHA-256 in capitals": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string {
		return strings.ToUpper(hashed(sha256.Sum256([]byte(b.account))))
	}},
	"SHA-256, cut": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(sha256.Sum256([]byte(b.account)))[:20] }},
	"SHA-256 in base64": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string {
		s := sha256.Sum256([]byte(b.account))
		return base64.StdEncoding.EncodeToString(s[:])
	}},
	"SHA-256 of two fields": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string {
		return hashed(sha256.Sum256([]byte(b.customer + ":" + b.account)))
	}},
	"MD5 of the name": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(md5.Sum([]byte(strings.ToLower(b.name)))) }},
	"MD5 by echo":     {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return hashed(md5.Sum([]byte(b.account + "\n"))) }},
	"SHA-1 of the date": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string {
		return hashed(sha1.Sum([]byte(b.created.UTC().Format("2006-01-02"))))
	}},
	"a prefix and a hash":          {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return "ext-" + hashed(sha256.Sum256([]byte(b.account)))[:16] }},
	"HMAC without a key":           {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return mac("", b.account) }},
	"HMAC with the account as key": {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return mac(b.account, b.customer) }},
	"HMAC with a key":              {externalids.Good, func(_ *rand.Rand, b row, _ int) string { return mac("a key that nobody knows", b.account) }},
	"hash with a secret salt": {externalids.Good, func(_ *rand.Rand, b row, _ int) string {
		return hashed(sha256.Sum256([]byte("pepper 7f3a" + b.account)))
	}},
	"words": {externalids.Chosen, func(_ *rand.Rand, _ row, n int) string {
		return words[n%len(words)] + "-" + words[n/len(words)%len(words)] + "-" + words[n/len(words)/len(words)%len(words)]
	}},
	"the time":               {externalids.Weak, func(_ *rand.Rand, b row, _ int) string { return fmt.Sprint(b.created.UnixMilli()) }},
	"nothing":                {externalids.None, func(*rand.Rand, row, int) string { return "" }},
	"one character":          {externalids.None, func(*rand.Rand, row, int) string { return "x" }},
	"what AWS does not take": {externalids.None, func(r *rand.Rand, _ row, _ int) string { return "{" + uuid(r, 4) + "}" }},
	"more than AWS takes":    {externalids.None, func(r *rand.Rand, _ row, _ int) string { return chars(r, base62, 1225) }},
}

var words = []string{"production", "reporting", "billing", "integration", "security", "analytics", "warehouse", "monitoring", "platform", "backup", "finance", "marketing", "development"}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

func asUUID(s string) string {
	b, _ := hex.DecodeString(s)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s = hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func version7(r *rand.Rand, at time.Time) string {
	id := uuid(r, 7)
	ms := fmt.Sprintf("%012x", at.UnixMilli())
	return ms[:8] + "-" + ms[8:] + id[13:]
}

func ulid(r *rand.Rand, at time.Time) string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	b := make([]byte, 10)
	ms := uint64(at.UnixMilli())
	for i := range b {
		b[9-i] = alphabet[ms&31]
		ms >>= 5
	}
	return string(b) + chars(r, alphabet, 16)
}

// Every way to make values gives its class, to a vendor who makes all of them so: hardly a row
// in a thousand is judged otherwise.
func TestClassOfEveryWayToMakeValues(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement of quality")
	}
	for name, way := range made {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, uint64(len(name))))
			const n = 200
			var export []row
			for i := range n {
				b := rowOf(r, i)
				b.value = way.value(r, b, i)
				export = append(export, b)
			}
			told := classes(t, export)
			wrong := 0
			for i := range n {
				class, notice := externalids.Good, told[int64(i+2)]
				if notice.Row != 0 {
					class = notice.Class
				}
				if class != way.class {
					if wrong++; wrong < 4 {
						t.Logf("%q: %v %v", export[i].value, class, notice.Reasons)
					}
				}
			}
			assert.LessOrEqual(t, wrong, n/200, "of %d rows", n)
		})
	}
}

// One of each way among random UUIDs is judged by itself.
func TestClassOfOneAmongMany(t *testing.T) {
	alone := map[string]bool{ // nothing but their like tells these
		"ObjectId": true, "a long prefix and a short number": true, "a counter in hexadecimal": true, "a counter": true, "a counter behind a prefix": true,
		"16 of base62": true, "12 of base62": true, "a prefix and 8 hexadecimal": true, "16 of base32": true,
		"the account behind a prefix": true, "8 of base62": true,
	}
	r := rand.New(rand.NewPCG(3, 9))
	var export []row
	want := map[int64]string{}
	n := 0
	for _, name := range slices.Sorted(maps.Keys(made)) {
		way := made[name]
		for range 3 {
			b := rowOf(r, n)
			if !alone[name] && name != "base64url of 16 bytes" {
				b.value = way.value(r, b, n)
				want[int64(len(export)+2)] = name
			} else {
				b.value = uuid(r, 4)
			}
			export = append(export, b)
			n++
		}
	}
	told := classes(t, export)
	for line, name := range want {
		class := externalids.Good
		if told[line].Row != 0 {
			class = told[line].Class
		}
		assert.Equal(t, made[name].class, class, "%s: %q: %v", name, export[line-2].value, told[line].Reasons)
	}
}

func TestSharing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var export []row
	add := func(customer, value, status string) int64 {
		b := rowOf(r, len(export))
		b.customer, b.value, b.status, b.name = customer, value, status, ""
		export = append(export, b)
		return int64(len(export) + 1)
	}
	ofTwo, ofAccounts, ofOne, again := uuid(r, 4), uuid(r, 4), uuid(r, 4), uuid(r, 4)
	first, second := add("a", ofTwo, ""), add("b", ofTwo, "")
	one, other := add("c", ofAccounts, "active"), add("c", ofAccounts, "active")
	good := add("d", ofOne, "active")
	export = append(export, export[good-2]) // the same row twice
	twice := int64(len(export) + 1)
	gone, back := add("e", again, "deleted"), add("e", again, "active")
	export[back-2].account = export[gone-2].account
	held := add("f", uuid(r, 4), "deleted")
	emptied := add("g", "", "deleted")
	told := classes(t, export)
	assert.Equal(t, externalids.Static, told[first].Class)
	assert.Equal(t, externalids.Static, told[second].Class)
	assert.Equal(t, externalids.Ageing, told[one].Class)
	assert.Equal(t, externalids.Ageing, told[other].Class)
	assert.False(t, told[one].Notify)
	assert.NotContains(t, told, good)
	assert.NotContains(t, told, twice)
	assert.Equal(t, externalids.Ageing, told[back].Class)
	assert.Contains(t, strings.Join(told[back].Reasons, "; "), "made again")
	assert.True(t, told[gone].Deleted)
	assert.True(t, told[held].Deleted)
	assert.False(t, told[held].Notify)
	assert.NotContains(t, told, emptied)
}

func TestWhatTheTableSaysOfTheOrigin(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var export []row
	for _, origin := range []string{"generated", "chosen", "static", "generated"} {
		b := rowOf(r, len(export))
		b.origin, b.value = origin, uuid(r, 4)
		export = append(export, b)
	}
	export[3].value = "production-reporting"
	told := classes(t, export)
	assert.NotContains(t, told, int64(2))
	assert.Equal(t, externalids.Chosen, told[3].Class)
	assert.False(t, told[3].Notify, "of those that were chosen, the weak are told")
	assert.Equal(t, externalids.Static, told[4].Class)
	assert.Equal(t, externalids.Weak, told[5].Class)
}

func TestTheWorstComesFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	var export []row
	for _, name := range []string{"UUID of version 4", "UUID of version 7", "words", "nothing", "UUID of version 1"} {
		b := rowOf(r, len(export))
		b.value = made[name].value(r, b, 0)
		export = append(export, b)
	}
	var got []externalids.Class
	for n := range audited(t, csvOf(export)).Notices() {
		got = append(got, n.Class)
	}
	assert.Equal(t, []externalids.Class{externalids.None, externalids.Chosen, externalids.Weak, externalids.Ageing}, got)
}

// A number of a spreadsheet has lost its zeros; it is the same account.
func TestAccountsWithoutTheirZeros(t *testing.T) {
	report := audited(t, "customer_id,account_id,external_id\na,12345678912,012345678912\nb,1.2345678912E10,12345678912\nc,0123-4567-8912,"+reversed("012345678912")+"\n")
	n := 0
	for notice := range report.Notices() {
		assert.Equal(t, externalids.Weak, notice.Class)
		assert.Equal(t, "••••••••8912", notice.Account)
		assert.Contains(t, strings.Join(notice.Reasons, ";"), "holds the account")
		n++
	}
	assert.Equal(t, 3, n)
}
