package awsaccount

import (
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
		`100% %zz \q %07`:           `100% %zz \q %07`,
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

// placeIn returns the place of an account between two texts, looked at widely.
func placeIn(before, after string) *place {
	text := []byte(before + "836194" + "027518" + after)
	w := detect.NewWindow(text, len(before), len(before)+idDigits, 0)
	w.LookAll()
	s := surveyOf(w)
	c, _ := candidateAt(w)
	s.here.look(w, c, nearBefore, nearAfter)
	s.here.widen(s)
	return &s.here
}

func TestEnclosingWalksUpBracketsAndIndentation(t *testing.T) {
	names := func(text string) []string {
		var list []string
		for _, p := range enclosing(placeIn(text, "")).parents {
			if hasLetter(p.text) {
				list = append(list, string(p.text))
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

func TestStampsAndSizes(t *testing.T) {
	for _, id := range []string{"202403151230", "150320241230", "031520241230"} {
		assert.Less(t, stampWeight(id), -2.0, id)
	}
	assert.Less(t, stampWeight("240315123059"), 0.0)
	assert.Zero(t, stampWeight("202413"+"151230"), "no month 13")
	assert.Less(t, sizeWeight("137438953472"), -3.0, "128 GiB")
	assert.Zero(t, sizeWeight("8361"+"94027518"))
}

// What the rules for plurals and compounds make of other words stands in no list.
func TestVocabularyHoldsNoWordThatFollowsFromAnother(t *testing.T) {
	for w, kind := range words {
		assert.False(t, kind == account && isCompound(w), "%s is a compound", w)
		if singular, ok := strings.CutSuffix(w, "s"); ok {
			assert.NotEqual(t, kind, words[singular], "%s is a plural", w)
		}
	}
	for w, want := range map[string]meaning{"buckets": resource, "owners": owner, "cards": identity, "tests": environment} {
		assert.Equal(t, want, meaningOf(w), w)
	}
	for _, w := range []string{"account", "awsAccountIds", "subaccounts", "acctId"} {
		assert.Equal(t, account, readBack([]byte(w)).kind, w)
	}
}
