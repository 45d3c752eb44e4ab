package credential

import (
	"path"
	"strings"
)

// ofOthers exempts the places whose values are nobody's, or not the repository's: tests,
// documents, examples and what was copied from others. There a random value under a telling
// name is an author's idea of one more often than not.
func ofOthers(file, _ string) bool {
	dir, name := path.Split(strings.ToLower(file))
	for part := range strings.FieldsFuncSeq(dir, func(r rune) bool { return r == '/' || r == '_' || r == '-' || r == '.' }) {
		if placeOf[part] {
			return true
		}
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		if placeOf[part] {
			return true
		}
	}
	switch path.Ext(name) {
	case ".md", ".mdx", ".rst", ".adoc", ".markdown", ".html", ".ipynb":
		return true
	}
	return false
}

// placeOf are the parts of paths that say so.
var placeOf = map[string]bool{
	"test": true, "tests": true, "testing": true, "testdata": true, "spec": true, "specs": true, "fixture": true, "fixtures": true, "mock": true, "mocks": true,
	"cassettes": true, "snapshots": true, "e2e": true, "doc": true, "docs": true, "readme": true,
	"example": true, "examples": true, "sample": true, "samples": true, "demo": true, "template": true,
	"vendor": true, "vendored": true, "modules": true, "mod": true, "packages": true, "party": true,
}
