package driver

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// UnitMain is the main function of go vet's tool: it answers -V=full, -flags and
// unit.cfg, and exits.
//
// Most units of a build cannot see an External ID. They are neither parsed nor
// type-checked: that is what makes a cold run bearable, since go vet hands its tool
// every dependency, the standard library included.
func UnitMain(passes ...*analysis.Analyzer) {
	if args := os.Args[1:]; len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg") && !extends(args) {
		if skip(args[len(args)-1]) {
			os.Exit(0)
		}
	}
	unitchecker.Main(passes...)
}

// IsUnit reports whether a command line is one that go vet gives to its tool.
func IsUnit(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-flags" || strings.HasPrefix(args[0], "-V=") || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// extends reports whether flags make the passes follow more than they know.
func extends(args []string) bool {
	for _, a := range args {
		for _, f := range []string{".config", ".fields", ".types"} {
			if strings.HasPrefix(a, "-") && strings.Contains(a, f) {
				return true
			}
		}
	}
	return false
}

// unit is what is needed of go vet's description of a package.
type unit struct {
	ImportPath  string
	GoFiles     []string
	ImportMap   map[string]string
	PackageVetx map[string]string
	Standard    map[string]bool
	VetxOnly    bool
	VetxOutput  string
}

// seesFact is how the fact of package program is spelt in a file of facts.
const seesFact = "program.sees"

// skip answers for a unit that cannot see an External ID. Whatever is odd about it is
// left to unitchecker to explain.
func skip(config string) bool {
	data, err := os.ReadFile(config)
	if err != nil {
		return false
	}
	var u unit
	if json.Unmarshal(data, &u) != nil || u.VetxOutput == "" || u.sees() {
		return false
	}
	return os.WriteFile(u.VetxOutput, nil, 0o666) == nil
}

func (u *unit) sees() bool {
	if u.Standard[u.ImportPath] || program.IsOpaque(u.ImportPath) {
		return false
	}
	for path := range u.ImportMap {
		if program.IsCarrier(path) {
			return true
		}
	}
	for _, facts := range u.PackageVetx {
		if data, err := os.ReadFile(facts); err != nil || bytes.Contains(data, []byte(seesFact)) {
			return true
		}
	}
	for _, name := range u.GoFiles {
		if src, err := os.ReadFile(name); err != nil || program.Mentions(src) || program.MayWrapLogger(src) {
			return true
		}
	}
	return false
}
