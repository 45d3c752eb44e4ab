package finding

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Area is the sort of tree that a path lies in, by the conventions of languages
// and package managers. It says nothing about whether a value is real: a key in a
// test is as good as another. It decides what is worth reading first.
type Area string

// Areas, from the one whose findings are read first.
const (
	Source     Area = "source"      // what the project itself is made of, documents and messages included
	Tests      Area = "tests"       // test code and its data
	Examples   Area = "examples"    // what shows others how it is done
	ThirdParty Area = "third-party" // copies of what others wrote
)

// areas lists the areas in order, which is their rank.
var areas = []Area{Source, Tests, Examples, ThirdParty}

// Areas returns all areas, the one that is read first in front.
func Areas() []Area { return slices.Clone(areas) }

// directories are names of directories that give an area to all below them.
var directories = map[string]Area{
	"vendor": ThirdParty, "node_modules": ThirdParty, "bower_components": ThirdParty, "jspm_packages": ThirdParty,
	"pods": ThirdParty, "carthage": ThirdParty, "site-packages": ThirdParty, "dist-packages": ThirdParty,
	"third_party": ThirdParty, "third-party": ThirdParty, "thirdparty": ThirdParty, "3rdparty": ThirdParty,
	".gem_rbs_collection": ThirdParty, "rbi": ThirdParty, // what gems look like, for type checkers of Ruby
	"godeps": ThirdParty, ".venv": ThirdParty, ".bundle": ThirdParty, ".yarn": ThirdParty, ".terraform": ThirdParty,

	"test": Tests, "tests": Tests, "testing": Tests, "testdata": Tests, "__tests__": Tests, "__mocks__": Tests,
	"spec": Tests, "specs": Tests, "fixture": Tests, "fixtures": Tests, "__fixtures__": Tests, "mocks": Tests, "e2e": Tests, "regress": Tests,

	"example": Examples, "examples": Examples, "sample": Examples, "samples": Examples, "demo": Examples, "demos": Examples,
}

// AreaOf returns the area of a slash-separated path. Of nested ones the one that is
// read last decides: a test in a vendored tree is somebody else's.
func AreaOf(name string) Area {
	area := Source
	dir, base := path.Split(strings.ToLower(name))
	for part := range strings.SplitSeq(dir, "/") {
		if a := areaOfDirectory(part); a.Rank() > area.Rank() {
			area = a
		}
	}
	switch {
	case strings.HasSuffix(dir, "charts/") && strings.HasSuffix(base, ".tgz"):
		return ThirdParty // https://helm.sh/docs/topics/charts/#chart-dependencies
	case area == Source && (isTest(path.Base(name), base) || isPerlTest(dir, base)):
		return Tests
	case area == Source && isExample(base):
		return Examples
	}
	return area
}

func areaOfDirectory(name string) Area {
	if a, ok := directories[name]; ok {
		return a
	}
	if isExample(name) {
		return Examples
	}
	switch ending := path.Ext(name); {
	case ending == ".gem" || ending == ".whl" || ending == ".crate" || ending == ".nupkg":
		return ThirdParty // what lies in a package that was published
	case directories[afterLast(name, "-_")] == Tests && (strings.HasSuffix(name, "s") || strings.HasSuffix(name, "e2e")):
		return Tests // integration-tests; an environment is called infra-test
	}
	return Source
}

// afterLast returns what stands behind the last of some marks, "" if there is none.
func afterLast(name, marks string) string { return name[strings.LastIndexAny(name, marks)+1:] }

// isExample reports whether a name in lower case says between dots that it is an example:
// secrets.yml.example, example.key.pem, keys.example.
func isExample(name string) bool {
	if strings.IndexByte(name, '.') < 0 {
		return false
	}
	for part := range strings.SplitSeq(name, ".") {
		if directories[part] == Examples {
			return true
		}
	}
	return false
}

// isTest reports whether a file is one of tests by the name that runners look for. Java,
// Kotlin, C# and Swift tell a test by a capital, so that a Contest is none.
func isTest(name, lower string) bool {
	stem := strings.TrimSuffix(lower, path.Ext(lower))
	for _, end := range []string{"_test", "_spec", ".test", ".spec"} {
		if strings.HasSuffix(stem, end) {
			return true
		}
	}
	if strings.HasPrefix(lower, "test_") && path.Ext(lower) == ".py" || lower == "conftest.py" {
		return true
	}
	stem = strings.TrimSuffix(name, path.Ext(name))
	return strings.HasSuffix(stem, "Test") || strings.HasSuffix(stem, "Tests")
}

// isPerlTest reports whether a file is a test of Perl, or a module for them, by the folder
// that prove looks in (https://perldoc.perl.org/prove).
func isPerlTest(dir, base string) bool {
	ending := path.Ext(base)
	return ending == ".t" || (ending == ".pm" || ending == ".pl") && strings.Contains("/"+dir, "/t/")
}

// Rank orders areas: 0 is read first.
func (a Area) Rank() int {
	for i, known := range areas {
		if a == known {
			return i
		}
	}
	return 0
}

// Area returns the area of the place that is read first of all the places of a finding.
func (f *Finding) Area() Area {
	if len(f.Sightings) == 0 {
		return Source
	}
	best := ThirdParty
	for i := range f.Sightings {
		if a := f.Sightings[i].area(); cmp.Less(a.Rank(), best.Rank()) {
			best = a
		}
	}
	return best
}

// area returns the area of a place; what lies in an archive is judged by its way there, too.
func (s *Sighting) area() Area {
	name := s.Path
	for _, inside := range s.Inside {
		name += "/" + inside
	}
	return AreaOf(name)
}

// StillThere reports whether a value stands somewhere that a person can still edit, or
// in HEAD; if not, it is in the history alone.
func (f *Finding) StillThere() bool {
	if f.InHead {
		return true
	}
	for i := range f.Sightings {
		switch f.Sightings[i].Layer {
		case Plain, WorkTree, Staged:
			return true
		}
	}
	return false
}
