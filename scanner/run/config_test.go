package run

import (
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// same are the fields that change nothing of what a scan finds. A field that is added to
// them needs a reason as good as theirs.
var same = map[string]string{
	".Jobs":             "how much is done at once, not what",
	".MaxTime":          "what it leaves out is not kept",
	".State":            "what it remembers is what would be found",
	".Others":           "only what is an error goes by it",
	".FailOnUnexamined": "only the exit code goes by it",
}

// TestEveryOptionIsInTheKey changes each field of a configuration, also those that nobody
// has thought of here.
func TestEveryOptionIsInTheKey(t *testing.T) {
	base := Default()
	seen := map[string]bool{base.key(): true}
	each(reflect.ValueOf(&base).Elem(), "", func(name string, field reflect.Value) {
		old := reflect.ValueOf(field.Interface())
		change(t, name, field)
		_, listed := same[name]
		assert.Equal(t, listed, seen[base.key()], "the key after %s was changed", name)
		seen[base.key()] = true
		field.Set(old)
	})
	on, off := Default(), Default()
	yes, no, again := true, false, true
	on.Settings, off.Settings = []Setting{{Rule: "a", Enabled: &yes}}, []Setting{{Rule: "a", Enabled: &no}}
	assert.NotEqual(t, on.key(), off.key())
	off.Settings[0].Enabled = &again
	assert.Equal(t, on.key(), off.key(), "what is pointed at counts, not where it lies")
}

func TestFieldsDoNotPassForEachOther(t *testing.T) {
	a, b := Default(), Default()
	a.Accounts = "x\"\n.Baseline=\"y"
	b.Accounts, b.Baseline = "x", "y"
	assert.NotEqual(t, a.key(), b.key())
	a, b = Default(), Default()
	a.Target.Include = []string{"a b"}
	b.Target.Include = []string{"a", "b"}
	assert.NotEqual(t, a.key(), b.key())
}

func each(v reflect.Value, name string, f func(string, reflect.Value)) {
	if v.Kind() != reflect.Struct {
		f(name, v)
		return
	}
	for i := range v.NumField() {
		each(v.Field(i), name+"."+v.Type().Field(i).Name, f)
	}
}

func change(t *testing.T, name string, field reflect.Value) {
	t.Helper()
	switch field.Interface().(type) {
	case string:
		field.SetString("changed")
	case bool:
		field.SetBool(!field.Bool())
	case int, int64, time.Duration:
		field.SetInt(field.Int() + 7)
	case extract.OCR:
		field.SetUint(field.Uint() + 1)
	default:
		if field.Kind() == reflect.Slice { // of plain data, see plain
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
			return
		}
		require.Fail(t, "a field that is no plain data", "%s is a %s", name, field.Type())
	}
}

func TestConfigurationsThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"--jobs must be at least 1":            func(c *Config) { c.Jobs = 0 },
		"--max-memory must be at least 64M":    func(c *Config) { c.MaxMemory = 1 },
		"of documents is not positive":         func(c *Config) { c.Documents.Limits.Depth = 0 },
		"no/such.toml":                         func(c *Config) { c.Rules = []string{"no/such.toml"} },
		"accounts: open no/such/inventory":     func(c *Config) { c.Accounts = "no/such/inventory" },
		"open no/such/baseline":                func(c *Config) { c.Baseline = "no/such/baseline" },
		"fingerprint key: open no/such/secret": func(c *Config) { c.KeyFile = "no/such/secret" },
	} {
		c := Default()
		change(&c)
		_, err := New(c, func(string) {}, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, want)
	}
}
