package mend

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// untouched says why a file is left as it is; "" if it may be edited. The path is relative to
// root.
func (o *Options) untouched(name string, data []byte) string {
	base := path.Base(name)
	switch {
	case o.Keep[filepath.Join(o.Root, filepath.FromSlash(name))]:
		return "it tells deputy what is known"
	case bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data):
		return "it is no plain text"
	case lockFile(base):
		return "it is a lock file: the program that wrote it compares it"
	case stateFile(base):
		return "it is the state of a program, which looks things up by it"
	case finding.AreaOf(name) == finding.ThirdParty:
		return "it is a copy of what others wrote"
	case generated(data):
		return "it is generated: change what it is made from"
	case signatures.Match(data):
		return "it is signed"
	}
	if by := o.vouched(name); by != "" {
		return "its checksum or signature is kept in " + by
	}
	if by := o.otherRepository(name); by != "" {
		return "it lies in a repository of its own, " + by
	}
	return ""
}

// lockFile reports whether a package manager keeps a file by that name: lock is a word of it
// (Cargo.lock, package-lock.json, .terraform.lock.hcl, pnpm-lock.yaml), or it is Go's.
func lockFile(base string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(base), func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		if word == "lock" || word == "lockfile" || word == "shrinkwrap" {
			return true
		}
	}
	return base == "go.sum" || base == "go.work.sum"
}

// stateFile reports whether a program keeps there what it has made, by the accounts it made it
// in: Terraform (https://developer.hashicorp.com/terraform/language/state) and the CDK
// (https://docs.aws.amazon.com/cdk/v2/guide/context.html).
func stateFile(base string) bool {
	return strings.HasSuffix(base, ".tfstate") || strings.Contains(base, ".tfstate.") || base == "cdk.context.json" || strings.HasSuffix(base, ".map")
}

// generatedBy is what generators write at the top of their files
// (https://go.dev/s/generatedcode, https://generated.at).
var generatedBy = regexp.MustCompile(`(?i)@generated\b|\bdo not (?:edit|modify|change)\b|\b(?:auto(?:matically)?[- ]?|code |file is )generated\b|\bgenerated (?:by|from|with|using) `)

// Bounds of what is taken for the top of a file, and of a line that a person writes, in bytes.
const (
	topOfFile   = 1 << 10
	longestLine = 16 << 10
)

// generated reports whether a program wrote a file: it says so, or nobody could have.
func generated(data []byte) bool {
	top := data[:min(len(data), topOfFile)]
	if generatedBy.Match(top) {
		return true
	}
	for line := range bytes.Lines(data) {
		if len(line) > longestLine {
			return true
		}
	}
	return false
}

// signatures begin what vouches for the text around it: OpenPGP and SSH, XML
// (https://www.w3.org/TR/xmldsig-core1/), mail (RFC 6376), S/MIME.
var signatures = regexp.MustCompile(`-----BEGIN (?:PGP|SSH) SIGN|http://www\.w3\.org/2000/09/xmldsig#|(?m:^(?:DKIM|ARC-Message)-Signature:)|application/(?:x-)?pkcs7-signature`)

// besides are the endings of files that vouch for the one that is called so without them.
var besides = []string{".asc", ".sig", ".sign", ".gpg", ".minisig", ".p7s", ".sigstore", ".sigstore.json", ".sha1", ".sha256", ".sha512", ".md5", ".sha256sum", ".sha512sum"}

// maxSums bounds a list of checksums, in bytes.
const maxSums = 4 << 20

// vouched returns the file beside another one that holds its signature or checksum, "" if
// there is none.
func (o *Options) vouched(name string) string {
	file := filepath.Join(o.Root, filepath.FromSlash(name))
	for _, ending := range besides {
		if _, err := os.Lstat(file + ending); err == nil {
			return name + ending
		}
	}
	dir := path.Dir(name)
	for _, list := range o.sumsIn(dir) {
		if list.lines[path.Base(name)] {
			return path.Join(dir, list.name)
		}
	}
	return ""
}

// sums is a list of checksums with the names that it has them of.
type sums struct {
	name  string
	lines map[string]bool
}

// sumLine is a line of such a list, as sha256sum and its like write it.
var sumLine = regexp.MustCompile(`(?m)^(?:[0-9a-fA-F]{32,128}[ \t]+\*?(?:\./)?([^\r\n]+)|[A-Z0-9-]+ \(([^)\r\n]+)\) = [0-9a-fA-F]{32,128})\r?$`)

// sumsIn returns the lists of checksums in a directory.
func (o *Options) sumsIn(dir string) []sums {
	if known, ok := o.sums[dir]; ok {
		return known
	}
	var lists []sums
	full := filepath.Join(o.Root, filepath.FromSlash(dir))
	entries, _ := os.ReadDir(full) // a directory that cannot be listed vouches for nothing
	for _, e := range entries {
		lower := strings.ToLower(e.Name())
		info, err := e.Info()
		if !strings.Contains(lower, "sum") && !strings.Contains(lower, "manifest") || err != nil || !info.Mode().IsRegular() || info.Size() > maxSums {
			continue
		}
		data, err := os.ReadFile(filepath.Join(full, e.Name()))
		if err != nil {
			continue
		}
		list := sums{e.Name(), map[string]bool{}}
		for _, m := range sumLine.FindAllSubmatch(data, -1) {
			list.lines[string(m[1])+string(m[2])] = true
		}
		lists = append(lists, list)
	}
	if o.sums == nil {
		o.sums = map[string][]sums{}
	}
	o.sums[dir] = lists
	return lists
}

// otherRepository returns the directory below root that a file lies in and that is a
// repository of its own, "" if there is none.
func (o *Options) otherRepository(name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(o.Root, filepath.FromSlash(dir), ".git")); err == nil {
			return dir
		}
	}
	return ""
}
