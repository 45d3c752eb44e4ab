package externalids

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // what others made values with, not what we protect any with
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/deputy-sec/deputy/internal/ascii"
)

// function is a hash function without a secret.
type function struct {
	name string
	sum  func(to, text []byte) []byte
	new  func() hash.Hash // for an HMAC; nil if there is none
}

var functions = []function{
	{"MD5", func(to, b []byte) []byte { s := md5.Sum(b); return append(to, s[:]...) }, md5.New},     //nolint:gosec // as above
	{"SHA-1", func(to, b []byte) []byte { s := sha1.Sum(b); return append(to, s[:]...) }, sha1.New}, //nolint:gosec // as above
	{"SHA-256", func(to, b []byte) []byte { s := sha256.Sum256(b); return append(to, s[:]...) }, sha256.New},
	{"SHA-512", func(to, b []byte) []byte { s := sha512.Sum512(b); return append(to, s[:]...) }, sha512.New},
	{"SHA-224", func(to, b []byte) []byte { s := sha256.Sum224(b); return append(to, s[:]...) }, nil},
	{"SHA-384", func(to, b []byte) []byte { s := sha512.Sum384(b); return append(to, s[:]...) }, nil},
	{"CRC-32", func(to, b []byte) []byte { return binary.BigEndian.AppendUint32(to, crc32.ChecksumIEEE(b)) }, nil},
}

// common is how many of the functions are tried on all compositions.
const common = 3

// source is a field of a row, in one of its spellings.
type source func(*beside) string

// numSources counts the sources.
const numSources = 13

// The fields that hashes are made of. The first five are put together in twos.
var sources = [numSources]source{
	func(b *beside) string { return b.account },
	func(b *beside) string { return b.customer },
	func(b *beside) string { return b.name },
	func(b *beside) string { return strings.ToLower(b.name) },
	func(b *beside) string {
		if b.created.IsZero() {
			return ""
		}
		return b.created.UTC().Format("2006-01-02")
	},
	func(b *beside) string { return strings.ToUpper(b.name) },
	func(b *beside) string { return strings.ReplaceAll(strings.ToLower(b.name), " ", "-") },
	func(b *beside) string { return strings.ReplaceAll(b.name, " ", "") },
	func(b *beside) string { return strings.ToLower(b.customer) },
	func(b *beside) string {
		if len(b.account) != 12 {
			return ""
		}
		return b.account[:4] + "-" + b.account[4:8] + "-" + b.account[8:]
	},
	func(b *beside) string {
		if b.created.IsZero() {
			return ""
		}
		return b.created.UTC().Format("2006-01-02T15:04:05Z")
	},
	func(b *beside) string { return reversed(b.account) },
	func(b *beside) string {
		if b.account == "" {
			return ""
		}
		return "arn:aws:iam::" + b.account + ":root"
	},
}

// basicSources are those of the formulas that are tried on every row.
const basicSources = 2

// composed are the sources that are put together in twos, and joints what stands between.
const composed = 5

var joints = []string{"", "-", "_", ":", ".", "/", "|", " ", "+", ","}

// formula is a way to make a value of what stands beside it.
type formula struct {
	function      int
	first, second int // of sources; second is -1 for one alone
	joint         string
	key           int // of sources, for an HMAC; noKey for none, emptyKey for an empty one
	newline       bool
}

const (
	noKey    = -1
	emptyKey = -2
)

// basic are the formulas that are tried on every row, and all those tried on some. They do not
// overlap.
var basic, rare = formulas()

func formulas() (basic, rare []formula) {
	put := func(f formula) {
		plain := f.key == noKey && !f.newline && f.function < common && f.joint == ""
		if plain && f.first < basicSources && f.second < 0 {
			basic = append(basic, f)
			return
		}
		rare = append(rare, f)
	}
	for fn := range functions {
		for s := range sources {
			put(formula{function: fn, first: s, second: -1, key: noKey})
			if fn < common {
				put(formula{function: fn, first: s, second: -1, key: noKey, newline: true}) // echo … | md5sum
			}
			if functions[fn].new != nil && s < 3 {
				for _, key := range []int{emptyKey, 0, 1, 2} {
					if key != s {
						put(formula{function: fn, first: s, second: -1, key: key})
					}
				}
			}
		}
		for a := range composed {
			for b := range composed {
				for _, joint := range joints {
					if a != b && fn < common {
						put(formula{function: fn, first: a, second: b, joint: joint, key: noKey})
					}
				}
			}
		}
	}
	sameFirst := func(a, b formula) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second), cmp.Compare(a.joint, b.joint), boolean(a.newline)-boolean(b.newline))
	}
	slices.SortStableFunc(basic, sameFirst)
	slices.SortStableFunc(rare, sameFirst)
	return basic, rare
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// spelled are the sources of a row, each once.
type spelled [numSources]string

// text appends what a formula hashes; nothing if the row lacks some of it.
func (f *formula) text(to []byte, s *spelled) []byte {
	first := s[f.first]
	if first == "" {
		return to
	}
	if f.second < 0 {
		to = append(to, first...)
	} else if second := s[f.second]; second != "" {
		to = append(append(append(to, first...), f.joint...), second...)
	}
	if f.newline && len(to) > 0 {
		to = append(to, '\n')
	}
	return to
}

// digest appends the hash of a text.
func (f *formula) digest(to, text []byte, s *spelled) []byte {
	switch {
	case f.key == noKey:
		return functions[f.function].sum(to, text)
	case f.key >= 0 && s[f.key] == "":
		return to
	}
	key := ""
	if f.key >= 0 {
		key = s[f.key]
	}
	mac := hmac.New(functions[f.function].new, []byte(key))
	_, _ = mac.Write(text) // a hash takes all
	return mac.Sum(to)
}

// candidate is a value, or a piece of it, as the bytes of a digest.
type candidate struct {
	bytes []byte
	uuid  bool // six bits of it may be those of a version
}

// leastDigest is how many bytes of a digest make a hash of a value: by chance one value in four
// thousand million begins with those of a given digest.
const leastDigest = 4

// candidates returns what a value may be as the bytes of a digest.
func candidates(v string, uuid bool) []candidate {
	var out []candidate
	add := func(b []byte, err error, uuid bool) {
		if err == nil && len(b) >= leastDigest {
			out = append(out, candidate{b, uuid})
		}
	}
	asHex := func(s string, uuid bool) bool {
		if len(s) < 2*leastDigest || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
			return false
		}
		b, err := hex.DecodeString(s[:len(s)&^1])
		add(b, err, uuid)
		return true
	}
	squeezed := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ':' {
			return -1
		}
		return r
	}, v)
	if asHex(squeezed, uuid) && len(squeezed) == len(v) || uuid {
		return out
	}
	asText := func(s string) {
		plain := strings.TrimRight(s, "=")
		if len(plain) < 6 {
			return
		}
		standard := urlSafe.Replace(plain)
		b, err := base64.RawStdEncoding.DecodeString(standard[:len(standard)/4*4])
		add(b, err, false)
		b, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(plain[:len(plain)/8*8]))
		add(b, err, false)
	}
	asText(v)
	for token := range strings.FieldsFuncSeq(v, func(r rune) bool { return r >= 0x80 || !ascii.IsAlnum(byte(r)) }) {
		if len(token) < len(v) && len(token) >= 2*leastDigest && !asHex(token, false) {
			asText(token)
		}
	}
	return out
}

var urlSafe = strings.NewReplacer("-", "+", "_", "/")

// of reports whether the candidate is the beginning or the end of a digest.
func (c *candidate) of(digest []byte) bool {
	n := len(c.bytes)
	switch {
	case n > len(digest):
		return false
	case bytes.Equal(c.bytes, digest[:n]), bytes.Equal(c.bytes, digest[len(digest)-n:]):
		return true
	case c.uuid && n == 16:
		const version, variant = 6, 8
		for i, b := range c.bytes {
			mask := byte(0xff)
			switch i {
			case version:
				mask = 0x0f
			case variant:
				mask = 0x3f
			}
			if (b^digest[i])&mask != 0 {
				return false
			}
		}
		return true
	}
	return false
}

// Of how many rows all formulas are tried: the first ones, and one of so many behind them.
const (
	fullRows  = 10_000
	fullEvery = 4096
)

// hashing tries formulas on rows. It is for several goroutines.
type hashing struct {
	mu    sync.Mutex
	found atomic.Pointer[[]formula] // of the rare ones
	whole atomic.Int64              // rows on which all were tried
}

// of reports whether a value is a hash of what stands beside it. n counts rows.
func (h *hashing) of(v string, uuid bool, b *beside, n int64) bool {
	list := candidates(v, uuid)
	if len(list) == 0 {
		return false
	}
	s := spelled{b.account, b.customer, b.name}
	if h.any(basic, list, &s) {
		return true
	}
	learned := h.found.Load()
	whole := n < fullRows || n%fullEvery == 0
	if !whole && learned == nil {
		return false
	}
	for i := basicSources; i < len(s); i++ {
		s[i] = sources[i](b)
	}
	if learned != nil && h.any(*learned, list, &s) {
		return true
	}
	if !whole {
		return false
	}
	h.whole.Add(1)
	return h.any(rare, list, &s)
}

// any tries formulas. Those that hash the same text come one behind the other.
func (h *hashing) any(formulas []formula, list []candidate, s *spelled) bool {
	var digestRoom [64]byte
	var textRoom [256]byte
	text := textRoom[:0]
	for i := range formulas {
		f := &formulas[i]
		if i == 0 || !f.sameText(&formulas[i-1]) {
			text = f.text(text[:0], s)
		}
		if len(text) == 0 {
			continue
		}
		digest := f.digest(digestRoom[:0], text, s)
		for j := range list {
			if list[j].of(digest) {
				h.learn(*f)
				return true
			}
		}
	}
	return false
}

func (f *formula) sameText(g *formula) bool {
	return f.first == g.first && f.second == g.second && f.joint == g.joint && f.newline == g.newline
}

// learn has a rare formula tried on all rows that follow.
func (h *hashing) learn(f formula) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var now []formula
	if p := h.found.Load(); p != nil {
		now = *p
	}
	if slices.Contains(now, f) || slices.Contains(basic, f) {
		return
	}
	now = append(slices.Clone(now), f)
	h.found.Store(&now)
}
