// Package opaque knows contents that show nothing of what they are about: pointers to
// contents that are kept elsewhere, and contents that are encrypted. Who reads one has
// not examined what it stands for.
package opaque

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
)

// MaxPointer is the size below which a pointer of Git LFS must lie, see its
// docs/spec.md; the others are shorter still.
const MaxPointer = 1024

// Pointer says where a content is kept.
type Pointer struct {
	What string // by whom, as a person says it
	Path string // where they keep it, slash-separated; "" if that cannot be told from the pointer
	Base Base   // where the path begins
	Size int64  // of the content, in bytes; negative if the pointer does not say
}

// Base is a directory of a repository.
type Base uint8

// The directories that contents are kept in.
const (
	InGit      Base = iota // the git directory
	InLFS                  // the storage of Git LFS
	InWorkTree             // the root of the work tree
)

// formats are the programs that leave pointers, by the byte that theirs begin with.
var formats = map[byte][]func(text []byte) (Pointer, bool){
	'v': {lfs},
	'#': {fat, xet},
	'/': {annex},
	'.': {annex},
	'o': {dvc},
	'm': {dvc},
	'w': {dvc},
}

// ParsePointer reads a pointer; false if the text is none.
func ParsePointer(text []byte) (Pointer, bool) {
	if len(text) == 0 || len(text) >= MaxPointer {
		return Pointer{}, false
	}
	for _, parse := range formats[text[0]] {
		if p, ok := parse(text); ok {
			return p, true
		}
	}
	return Pointer{}, false
}

// versions are the first lines that pointers of Git LFS have had.
var versions = map[string]bool{
	"version https://git-lfs.github.com/spec/v1": true,
	"version https://hawser.github.com/spec/v1":  true,
	"version http://git-media.io/v/2":            true,
}

// lfs reads a pointer of Git LFS. Who converts the ends of lines breaks it for that, and
// it is one all the same.
func lfs(text []byte) (Pointer, bool) {
	first, rest, _ := strings.Cut(string(text), "\n")
	if !versions[strings.TrimRight(first, "\r")] {
		return Pointer{}, false
	}
	p := Pointer{What: "Git LFS", Base: InLFS, Size: -1}
	for line := range strings.Lines(rest) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		switch key {
		case "oid":
			if hash, ok := strings.CutPrefix(value, "sha256:"); ok && isHex(hash, 64) {
				p.Path = "objects/" + hash[:2] + "/" + hash[2:4] + "/" + hash
			}
		case "size":
			p.Size = sizeOf(value)
		}
	}
	return p, true
}

// annex reads the text of git-annex's symbolic links, which lead into the git directory,
// and its pointer files, which name a key. See git-annex's
// doc/internals/pointer_file.mdwn.
func annex(text []byte) (Pointer, bool) {
	line, _, _ := strings.Cut(string(text), "\n")
	if up, inside, ok := strings.Cut(line, ".git/annex/objects/"); ok && strings.Trim(up, "./") == "" {
		if filepath.IsLocal(inside) {
			return Pointer{What: "git-annex", Path: "annex/objects/" + inside, Size: -1}, true
		}
	}
	if strings.HasPrefix(line, "/annex/objects/") {
		return Pointer{What: "git-annex", Size: -1}, true
	}
	return Pointer{}, false
}

// fat reads a pointer of git-fat: "#$# git-fat HASH SIZE", see its README.
func fat(text []byte) (Pointer, bool) {
	words := strings.Fields(string(text))
	if len(words) < 3 || words[0] != "#$#" || words[1] != "git-fat" || !isHex(words[2], 40) {
		return Pointer{}, false
	}
	p := Pointer{What: "git-fat", Path: "fat/objects/" + words[2], Size: -1}
	if len(words) > 3 {
		p.Size = sizeOf(words[3])
	}
	return p, true
}

// xet reads a pointer of Xet, whose content lies in pieces.
func xet(text []byte) (Pointer, bool) {
	return Pointer{What: "Xet", Size: -1}, bytes.HasPrefix(text, []byte("# xet version "))
}

// dvc reads a file of DVC that stands for one other file: "outs:" with its hash, as its
// user guide describes .dvc files. A folder's hash names a list of what is in it.
func dvc(text []byte) (Pointer, bool) {
	p := Pointer{What: "DVC", Base: InWorkTree, Size: -1}
	outs, hash, files := false, "", 0
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "- "), ":")
		value = strings.TrimSpace(value)
		switch {
		case !ok:
			return Pointer{}, false
		case key == "outs":
			outs = true
		case !outs:
		case key == "md5":
			hash = value
			files++
		case key == "size":
			p.Size = sizeOf(value)
		}
	}
	if !outs || files != 1 || !isHex(strings.TrimSuffix(hash, ".dir"), 32) {
		return Pointer{}, false
	}
	if isHex(hash, 32) {
		p.Path = ".dvc/cache/files/md5/" + hash[:2] + "/" + hash[2:]
	}
	return p, true
}

func isHex(text string, length int) bool {
	return len(text) == length && strings.Trim(text, "0123456789abcdef") == ""
}

func sizeOf(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// seals are how encrypted contents begin, by the program that encrypts them.
var seals = []struct{ begin, what string }{
	{"\x00GITCRYPT\x00", "git-crypt"},
	{"$ANSIBLE_VAULT;", "Ansible Vault"},
	{"-----BEGIN PGP MESSAGE-----", "PGP"},
	{"age-encryption.org/v", "age"},
	{"-----BEGIN AGE ENCRYPTED FILE-----", "age"},
	{"Salted__", "openssl"},
	{"U2FsdGVkX1", "openssl"}, // the same in base64, as transcrypt writes it
}

// MaxSeal is how many bytes of a content Sealed looks at.
const MaxSeal = 64

// Sealed returns by what a content that begins so is encrypted; "" if it is not, or not in
// a way that tells.
func Sealed(head []byte) string {
	for _, s := range seals {
		if len(head) > 0 && head[0] == s.begin[0] && bytes.HasPrefix(head, []byte(s.begin)) {
			return s.what
		}
	}
	if sessionKey(head) {
		return "PGP"
	}
	return ""
}

// sessionKey tells the packet that an encrypted message of OpenPGP begins with: a session
// key for a public key (version 3, RFC 4880, 5.1) or for a passphrase (version 4, 5.3), in
// the form with the length in one or two bytes.
func sessionKey(head []byte) bool {
	if len(head) < 8 {
		return false
	}
	switch head[0] {
	case 0x84: // one byte of length: elliptic curves
		return head[1] >= 0x20 && head[2] == 3
	case 0x85: // two: RSA from 1,024 to 8,192 bits
		length := int(head[1])<<8 | int(head[2])
		return length >= 0x80 && length <= 0x420 && head[3] == 3
	case 0x8c: // a passphrase: length, version, cipher, how the key is made, with which hash
		return head[1] == 13 && head[2] == 4 && head[3] >= 1 && head[3] <= 13 && head[4] == 3
	}
	return false
}
