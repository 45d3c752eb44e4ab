package run

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// Config says all that makes a scan: what is looked for, what of each target is read, how
// documents are read, and what is left out. It is plain data, whether it comes from flags,
// from a file or from a row of a database, and it holds names of files, never their
// content.
//
// A field decides what a scan finds unless it is marked `result:"same"`; the key of a
// cached result is made of all others (see [Config.key]), so that one that is added later
// cannot be forgotten there.
type Config struct {
	Rules      []string // files of gitleaks rules, beside the built-in ones
	Accounts   string   // file of the account inventory
	Baseline   string   // file of known findings; "" reports all
	KeyFile    string   // file of the fingerprints' key; "" takes the one of [KeyVariable]
	All        bool     // report examples and vendors' published accounts, too
	Exhaustive bool     // match every version of a file in full
	Values     bool     // values are to be shown: nothing is redacted, and nothing cached
	MaxMemory  int64    // in bytes, beside packs and documents; 0: in proportion to the packs
	Target     Target
	Documents  Documents

	Jobs  int    `result:"same"` // how much to do at once; at least 1
	State string `result:"same"` // file that remembers what was examined; "" for none
}

// Target says what of a target is read.
type Target struct {
	Include, Exclude []string // globs over paths (doublestar)
	Staged           bool     // what is staged for the next commit, only
	Range            string   // what the commits of A..B brought, only
	Since            string   // what commits brought after a commit or date, only
	HistoryOnly      bool
	NoHistory        bool
	IncludeIgnored   bool // files that .gitignore leaves out, too
}

// Documents says whether and how documents are read.
type Documents struct {
	Off    bool // they are searched as they are
	Limits extract.Limits
}

// Default returns the configuration of a scan that nothing was said about.
func Default() Config {
	return Config{Jobs: 1, Documents: Documents{Limits: extract.Defaults()}}
}

// leastMemory is what a scan needs, in bytes: less leaves no room for delta chains.
const leastMemory = 64 << 20

// check returns what is wrong with a configuration in itself.
func (c *Config) check() error {
	l := c.Documents.Limits
	switch {
	case c.Jobs < 1:
		return errors.New("--jobs must be at least 1")
	case c.MaxMemory != 0 && c.MaxMemory < leastMemory:
		return errors.New("--max-memory must be at least 64M")
	case l.Text <= 0 || l.Whole <= 0 || l.Memory <= 0 || l.Time <= 0 || l.Parts <= 0 || l.Depth <= 0 || l.Pixels <= 0:
		return errors.New("a --max-… of documents is not positive; use --no-documents to leave them out")
	}
	return nil
}

// key names all of the configuration that decides what a scan finds.
func (c *Config) key() string {
	var b strings.Builder
	writeKey(&b, "", reflect.ValueOf(*c))
	return b.String()
}

// writeKey writes every field below v that is not marked, one a line. What is quoted
// cannot pass for another field.
func writeKey(b *strings.Builder, name string, v reflect.Value) {
	if v.Kind() != reflect.Struct {
		_, _ = fmt.Fprintf(b, "%s=%q\n", name, fmt.Sprintf("%#v", v.Interface()))
		return
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("result") != "same" {
			writeKey(b, name+"."+f.Name, v.Field(i))
		}
	}
}
