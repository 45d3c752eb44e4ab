package opaque_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/opaque"
)

var (
	md5    = strings.Repeat("0f", 16)
	sha1   = strings.Repeat("0f", 20)
	sha256 = strings.Repeat("0f", 32)
)

func TestPointers(t *testing.T) {
	lfs := opaque.Pointer{What: "Git LFS", Base: opaque.InLFS, Path: "objects/0f/0f/" + sha256, Size: 12}
	for text, want := range map[string]opaque.Pointer{
		"version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256 + "\nsize 12\n":                 lfs,
		"version https://git-lfs.github.com/spec/v1\r\noid sha256:" + sha256 + "\r\nsize 12\r\n":           lfs,
		"version https://git-lfs.github.com/spec/v1\next-0-x sha256:1\noid sha256:" + sha256 + "\nsize 12": lfs,
		"version https://hawser.github.com/spec/v1\noid sha256:../../etc/passwd\nsize -4\n":                {What: "Git LFS", Base: opaque.InLFS, Size: -1},
		"../.git/annex/objects/a/b/KEY/KEY":                                      {What: "git-annex", Path: "annex/objects/a/b/KEY/KEY", Size: -1},
		"/annex/objects/KEY\n":                                                   {What: "git-annex", Size: -1},
		"#$# git-fat " + sha1 + "                   12\n":                        {What: "git-fat", Path: "fat/objects/" + sha1, Size: 12},
		"# xet version 0\nfilesize = 12\n":                                       {What: "Xet", Size: -1},
		"outs:\n- md5: " + md5 + "\n  size: 12\n  hash: md5\n  path: data.csv\n": {What: "DVC", Base: opaque.InWorkTree, Path: ".dvc/cache/files/md5/0f/" + md5[2:], Size: 12},
		"md5: " + md5 + "\nwdir: ..\nouts:\n- md5: " + md5 + ".dir\n  size: 12\n  nfiles: 3\n  path: data\n": {What: "DVC", Base: opaque.InWorkTree, Size: 12},
	} {
		got, ok := opaque.ParsePointer([]byte(text))
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "version 3 of this\n", "outs: none\n", "outs:\n  x: 1\n", "#$# git-fat x 1", "# xet is a word", "/annex", "../.git/annex/objects/../../x",
		"version https://git-lfs.github.com/spec/v1\n" + strings.Repeat("x", opaque.MaxPointer),
	} {
		_, ok := opaque.ParsePointer([]byte(text))
		assert.False(t, ok, text)
	}
}

func TestSeals(t *testing.T) {
	for head, want := range map[string]string{
		"\x00GITCRYPT\x00\x01\x02":                 "git-crypt",
		"$ANSIBLE_VAULT;1.1;AES256\n6638":          "Ansible Vault",
		"-----BEGIN PGP MESSAGE-----\n\nhQE":       "PGP",
		"age-encryption.org/v1\n-> X25519 ":        "age",
		"Salted__\x01\x02\x03\x04\x05\x06\x07\x08": "openssl",
		"\x85\x01\x0c\x03\x01\x02\x03\x04\x05":     "PGP",
		"\x84\x5e\x03\x01\x02\x03\x04\x05\x06":     "PGP",
		"\x8c\x0d\x04\x09\x03\x02\x01\x02\x03":     "PGP",
		"":                                         "",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----":     "",
		"# how to use $ANSIBLE_VAULT;1.1;AES256":   "",
		"\x85\x01\x0c\x04\x01\x02\x03\x04\x05":     "",
		"GITCRYPT":                                 "",
	} {
		assert.Equal(t, want, opaque.Sealed([]byte(head)), "%q", head)
	}
}

// FuzzParsePointer: a path never leads out of its base.
func FuzzParsePointer(f *testing.F) {
	f.Add([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256 + "\nsize 12\n"))
	f.Add([]byte("../.git/annex/objects/a/b/c/c"))
	f.Add([]byte("#$# git-fat " + sha1 + " 12\n"))
	f.Add([]byte("outs:\n- md5: " + md5 + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_ = opaque.Sealed(text)
		p, ok := opaque.ParsePointer(text)
		if !ok {
			return
		}
		require.NotEmpty(t, p.What)
		require.Less(t, len(text), opaque.MaxPointer)
		if p.Path != "" {
			require.False(t, strings.HasPrefix(path.Clean(p.Path), "..") || path.IsAbs(p.Path), p.Path)
		}
	})
}
