package awsaccount

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/detect"
)

func TestPlainTextUndoesEscapesOfAnyDepth(t *testing.T) {
	for in, want := range map[string]string{
		`no escape`:                 `no escape`,
		`\"a\":\\\"b\\\"`:           `"a":"b"`,
		`arn%3Aaws%253Aiam%25253A`:  `arn:aws:iam:`,
		`\u0022x\x3d\u003a`:         `"x=:`,
		`a\nb\\nc\td` + "\r\n":      "a\nb\nc\td\n",
		`https:\/\/x\/`:             `https://x/`,
		`&quot;&#39;&amp;&unknown;`: `"'&&unknown;`,
		`100% %zz \q %0a`:           `100% %zz \q %0a`,
	} {
		assert.Equal(t, want, string(plainText([]byte(in))), in)
	}
}

func TestSplitCutsNamesIntoWords(t *testing.T) {
	for in, want := range map[string][]string{
		"awsAccountID":          {"aws", "account", "id"},
		"AWS_ACCOUNT_IDs":       {"aws", "account", "ids"},
		"allowed-account-ids":   {"allowed", "account", "ids"},
		"ec2OwnerId = ":         {"ec2", "owner", "id"},
		"sg-0b5856fb3c":         {"sg", "0b5856fb3c"},
		"UserIdGroupPairs: [ {": {"user", "id", "group", "pairs"},
	} {
		assert.Equal(t, want, split([]byte(in)), in)
	}
}

func TestReadBackTakesTheNearestMeaning(t *testing.T) {
	for in, want := range map[string]meaning{
		"account_created_at: ":       measure,
		"phone_account_id: ":         account,
		"account phone: ":            identity,
		"the production account is ": account,
		"networkInterfaceId: ":       neutral,
		"HashMap<String, ":           neutral,
		"prod: ":                     environment,
		"log-archive = ":             environment,
		"registryId ":                registry,
		"snsaccountid = ":            account,
		"accuracy of acc = ":         neutral,
		"master_acc_id = ":           account,
	} {
		assert.Equal(t, want, readBack([]byte(in)).kind, in)
	}
	assert.True(t, readBack([]byte("bank_account")).other)
	assert.True(t, readBack([]byte("account_number")).number)
	assert.True(t, readBack([]byte("map[ap-southeast-4]")).region)
}

func TestEnclosingWalksUpBracketsAndIndentation(t *testing.T) {
	names := func(text string) []string {
		var list []string
		for _, p := range enclosing([]byte(text)).parents {
			if hasLetter(p) {
				list = append(list, string(p))
			}
		}
		return list
	}
	assert.Equal(t, []string{"accounts:", "root:"}, names("root:\n  other:\n    - x\n  accounts:\n  - a\n  - "))
	assert.Equal(t, []string{`x = `}, names("f(y)\nx = [\"a\", \""))
	assert.Equal(t, []string{`"AWS": `, `"Principal": `}, names(`{"Principal": {"AWS": ["`))
	assert.Equal(t, []string{"b = {"}, names("a = {\n  k = 1\n}\nb = {\n  k = "))
	assert.Equal(t, []string{"ids=("}, names("first=(\n)\nids=(\nx\n"))
}

func TestColumnReadsTheHeaderOfATable(t *testing.T) {
	column := func(before, after string) string {
		text := []byte(before + "836194" + "027518" + after)
		w := &detect.Window{Text: text, Start: len(before), End: len(before) + idDigits}
		c, ok := candidateAt(w)
		assert.True(t, ok)
		return string(column(placeOf(w, c, detect.Before, wideBytes)))
	}
	assert.Equal(t, "account", column("name,account,upc\na,b,c\nx,", ",1\n"))
	assert.Equal(t, "AWS account", column("| a | AWS account |\n|---|---|\n| x | ", " |"))
	assert.Empty(t, column("{\n  \"MessageId\": 1,\n  \"SenderId\": \"", "\",\n"))
	assert.Empty(t, column("m.capacity(1, 2);\nm.insert(\"a\", \"", "\");\n"))
}

func TestStampsAndSizes(t *testing.T) {
	for _, id := range []string{"202403151230", "150320241230", "031520241230"} {
		assert.Less(t, stampWeight(id), -2.0, id)
	}
	assert.Less(t, stampWeight("240315123059"), 0.0)
	assert.Zero(t, stampWeight("202413"+"151230"), "no month 13")
	assert.Less(t, sizeWeight("137438953472"), -3.0, "128 GiB")
	assert.Zero(t, sizeWeight("8361"+"94027518"))
}

func TestNeedleFindsWhatIndexFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 2000 {
		digits := func(n int) string {
			b := make([]byte, n)
			for i := range b {
				b[i] = "0012345 "[r.IntN(8)]
			}
			return string(b)
		}
		value := digits(idDigits)
		text := digits(r.IntN(60))
		if r.IntN(2) == 0 {
			text += value + digits(r.IntN(30))
		}
		if got, want := newNeedle(value).index([]byte(text)), strings.Index(text, value); got != want {
			t.Fatalf("%q in %q: %d, want %d", value, text, got, want)
		}
	}
}
