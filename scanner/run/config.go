package run

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
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
	Rules      []string  `yaml:"rules" jsonschema:"description=Files of gitleaks rules; they stand beside the built-in ones"`
	Custom     []Custom  `yaml:"custom-rules" jsonschema:"description=Rules of your own"`
	Settings   []Setting `yaml:"settings" jsonschema:"description=Rules that are switched off or have another severity; the last one that fits decides"`
	Accounts   string    `yaml:"accounts" jsonschema:"description=File of the account inventory"`
	Inventory  []Account `yaml:"inventory" jsonschema:"description=Accounts of the inventory; beside those of the file"`
	Baseline   string    `yaml:"baseline" jsonschema:"description=File of known findings"`
	Ignore     []string  `yaml:"ignore" jsonschema:"description=Files of what is meant to be found; in the form of .deputyignore or of gitleaks; without any those beside the target"`
	KeyFile    string    `yaml:"fingerprint-key" jsonschema:"description=File of the fingerprints' key; without one the key is that of DEPUTY_FINGERPRINT_KEY"`
	All        bool      `yaml:"all" jsonschema:"description=Report examples and vendors' published accounts too"`
	Exhaustive bool      `yaml:"exhaustive" jsonschema:"description=Match every version of a file in full"`
	Others     []string  `yaml:"-" result:"same"` // names of rules that are none of a scan's, and that settings may speak of
	NoMarks    bool      `yaml:"-"`               // marks in texts allow nothing: who scans the work of others decides
	Values     bool      `yaml:"-"`               // values are to be shown: nothing is redacted, and nothing cached
	Forms      bool      `yaml:"-"`               // tell how values stand in contents, too, see finding.Form
	MaxMemory  int64     `yaml:"-"`               // in bytes, beside packs and documents; 0: in proportion to the packs
	Verify     bool      `yaml:"-"`               // issuers are asked whether keys live; nothing is cached
	Endpoints  []string  `yaml:"-"`               // NAME=URL each: where an issuer is asked instead, see verify.Options
	Target     Target    `yaml:",inline"`
	Documents  Documents `yaml:",inline"`

	TellGlobs bool `yaml:"-"` // say which globs match nothing: a person has typed them

	// MaxTime is on the clock. What is not examined for it is never cached.
	MaxTime          time.Duration `yaml:"max-time" result:"same" jsonschema:"type=string,description=How long the scan of one target may take; such as 30s or 10m; without it there is no bound"`
	Jobs             int           `yaml:"jobs" result:"same" jsonschema:"minimum=1,description=How much to do at once"`
	State            string        `yaml:"-" result:"same"` // file that remembers what was examined; "" for none
	FailOnUnexamined bool          `yaml:"fail-on-unexamined" result:"same" jsonschema:"description=Exit with 3 if anything could not be read"`
}

// Target says what of a target is read.
type Target struct {
	Include        []string `yaml:"include" jsonschema:"description=Globs (doublestar); only paths that match one are scanned"`
	Exclude        []string `yaml:"exclude" jsonschema:"description=Globs (doublestar); paths that match one are left out"`
	IncludeIgnored bool     `yaml:"include-ignored" jsonschema:"description=Scan files that .gitignore leaves out too"`
	NoHistory      bool     `yaml:"-"` // leave out the history
	HistoryOnly    bool     `yaml:"-"` // leave out the index and the work tree
	Staged         bool     `yaml:"-"` // what is staged for the next commit, only
	Range          string   `yaml:"-"` // what the commits of A..B brought, only
	Since          string   `yaml:"-"` // what commits brought after a commit or date, only
	Refs           []string `yaml:"-"` // names of refs that are new beside the commits of the range
}

// Documents reports whether and how documents are read.
type Documents struct {
	Off    bool           `yaml:"no-documents" jsonschema:"description=Search documents as they are; without reading them"`
	Limits extract.Limits `yaml:",inline"`
}

// Account is an entry of the inventory.
type Account struct {
	Account string        `yaml:"account" jsonschema:"required,description=Twelve digits; or what deputy accounts hash writes"`
	Class   finding.Class `yaml:"class" jsonschema:"required,enum=own,enum=customer,enum=vendor,enum=example"`
	Name    string        `yaml:"name,omitempty"`
}

// Setting changes what some rules do at some paths.
type Setting struct {
	Rule     string           `yaml:"rule" jsonschema:"required,description=A rule's name; or a glob over names"`
	Paths    []string         `yaml:"paths,omitempty" jsonschema:"description=Globs (doublestar); without any it is for all paths"`
	Enabled  *bool            `yaml:"enabled,omitempty"`
	Severity finding.Severity `yaml:"severity,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical"`
	Reason   string           `yaml:"reason,omitempty" jsonschema:"description=Why; for whoever reads the file"`
}

// Custom is a rule of the user's own.
type Custom struct {
	ID          string           `yaml:"id" jsonschema:"required,description=Its name"`
	Title       string           `yaml:"title,omitempty" jsonschema:"description=What it finds; in a few words"`
	Pattern     string           `yaml:"pattern" jsonschema:"required,description=A regular expression (RE2); its first group is the secret"`
	Keywords    []string         `yaml:"keywords,omitempty" jsonschema:"description=Texts near it of which one must stand there; needed if the pattern requires no text of its own"`
	Entropy     float64          `yaml:"entropy,omitempty" jsonschema:"minimum=0,maximum=8,description=The least entropy of the secret in bits a character"`
	Severity    finding.Severity `yaml:"severity,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical"`
	Remedy      string           `yaml:"remedy,omitempty" jsonschema:"description=What to do about a finding"`
	Match       []string         `yaml:"match,omitempty" jsonschema:"description=Texts in which it must find something; run by deputy rules test"`
	NoMatch     []string         `yaml:"no-match,omitempty" jsonschema:"description=Texts in which it must find nothing"`
	AllowedText []string         `yaml:"allow,omitempty" jsonschema:"description=Regular expressions; a secret that matches one is none"`
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
	case c.MaxTime < 0:
		return errors.New("--max-time must not be negative")
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
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("result") != "same" {
				writeKey(b, name+"."+f.Name, v.Field(i))
			}
		}
	case reflect.Slice:
		_, _ = fmt.Fprintf(b, "%s=%d items\n", name, v.Len())
		for i := range v.Len() {
			writeKey(b, fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			writeKey(b, name, v.Elem())
		}
	default:
		_, _ = fmt.Fprintf(b, "%s=%q\n", name, fmt.Sprint(v.Interface()))
	}
}
