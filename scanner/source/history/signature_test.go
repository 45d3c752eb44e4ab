package history

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const armored = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsFcBAABCAAQBQJq+/AB\n =n589\n -----END PGP SIGNATURE-----\n \n"

func TestSignaturesOfCommitsAreNoText(t *testing.T) {
	for name, c := range map[string]struct{ headers, left string }{
		"none":                {"encoding ISO-8859-1\n", "encoding ISO-8859-1\n"},
		"alone":               {armored, ""},
		"between others":      {"encoding UTF-8\n" + armored + "HG:extra note\n", "encoding UTF-8\nHG:extra note\n"},
		"two":                 {armored + "a b\n" + strings.Replace(armored, "gpgsig", "gpgsig-sha256", 1), "a b\n"},
		"of SSH":              {strings.ReplaceAll(armored, "PGP", "SSH"), ""},
		"of GnuPG 1":          {strings.Replace(armored, "-----\n \n", "-----\n Version: GnuPG v1\n \n", 1), ""},
		"with a comment":      {strings.Replace(armored, "-----\n \n", "-----\n Comment: by Ada\n \n", 1), "same"},
		"with a sentence":     {strings.Replace(armored, "=n589", "the account is ours", 1), "same"},
		"with a long line":    {strings.Replace(armored, "=n589", strings.Repeat("A", 100), 1), "same"},
		"with something else": {strings.Replace(armored, "BEGIN PGP SIGNATURE", "BEGIN PRIVATE KEY", 1), "same"},
		"of a merged tag":     {"mergetag object 1\n " + strings.ReplaceAll(armored[len("gpgsig "):], "\n ", "\n  "), "same"},
		"without its end":     {strings.TrimSuffix(armored, "\n"), ""},
	} {
		want := c.left
		if want == "same" {
			want = c.headers
		}
		assert.Equal(t, want, string(unsigned([]byte(c.headers))), name)
	}
}

func FuzzUnsigned(f *testing.F) {
	f.Add([]byte(armored))
	f.Add([]byte("a b\n c\n" + armored))
	f.Fuzz(func(t *testing.T, headers []byte) {
		left := unsigned(headers)
		assert.LessOrEqual(t, len(left), len(headers))
		assert.Equal(t, string(left), string(unsigned(left)), "what is left holds no signature")
	})
}
