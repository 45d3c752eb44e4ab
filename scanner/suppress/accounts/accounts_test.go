package accounts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
)

func TestLookup(t *testing.T) {
	f := finding.NewFingerprinter([]byte("key"))
	text := "\ufeff# ours\n\n111122223333 own production\n4444-5555-6666\tcustomer\tExample Corp\n" +
		accounts.Hash(f, "777788889999") + " customer\n"
	inv, err := accounts.Parse(strings.NewReader(text), "accounts.txt", f)
	require.NoError(t, err)

	for account, want := range map[string]accounts.Entry{
		"111122223333": {Class: finding.Own, Name: "production"},
		"444455556666": {Class: finding.Customer, Name: "Example Corp"},
		"777788889999": {Class: finding.Customer},
	} {
		got, ok := inv.Lookup(account)
		assert.True(t, ok, account)
		assert.Equal(t, want, got)
	}
	_, ok := inv.Lookup("123456789012")
	assert.False(t, ok)
	_, ok = (*accounts.Inventory)(nil).Lookup("123456789012")
	assert.False(t, ok, "no inventory knows no account")
}

func TestAHashUnderAnotherKeyIsNotFound(t *testing.T) {
	text := accounts.Hash(finding.NewFingerprinter([]byte("theirs")), "111122223333") + " own\n"
	inv, err := accounts.Parse(strings.NewReader(text), "f", finding.NewFingerprinter([]byte("ours")))
	require.NoError(t, err)
	_, ok := inv.Lookup("111122223333")
	assert.False(t, ok)
}

func TestErrorsNameTheLineAndNotTheAccount(t *testing.T) {
	for text, want := range map[string]string{
		"111122223333":                "f:1: want an account and a class",
		"\n111122223333 ours":         `f:2: unknown class "ours"`,
		"1111222233334 own":           "f:1: an account has 12 digits",
		"argon2id:zz own":             "f:1: the hash is not one",
		"argon2id:" + "00ff" + " own": "f:1: the hash is not one",
	} {
		_, err := accounts.Parse(strings.NewReader(text), "f", finding.NewFingerprinter(nil))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
		assert.NotContains(t, err.Error(), "1111")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("111122223333 own x\n")
	f.Fuzz(func(t *testing.T, text string) {
		inv, err := accounts.Parse(strings.NewReader(text), "f", finding.NewFingerprinter(nil))
		if (inv == nil) == (err == nil) {
			t.Fatal("either an inventory or an error")
		}
	})
}
