package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/suggest"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
	"github.com/deputy-sec/deputy/scanner/suppress/settings"
)

// KeyVariable names the environment variable that holds the fingerprints' key where no
// file is given.
const KeyVariable = "DEPUTY_FINGERPRINT_KEY"

// ReadKey returns the key of the fingerprints: a file's content, or the environment's, or
// nil.
func ReadKey(file string) ([]byte, error) {
	if file == "" {
		return []byte(os.Getenv(KeyVariable)), nil
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("fingerprint key: %w", err)
	}
	key = []byte(strings.TrimSpace(string(key)))
	if len(key) < 16 {
		return nil, fmt.Errorf("fingerprint key: %s holds fewer than 16 characters", file)
	}
	return key, nil
}

// ReadInventory reads a file that says whose an account is; nil for no file.
func ReadInventory(file string, f *finding.Fingerprinter) (*accounts.Inventory, error) {
	if file == "" {
		return nil, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	defer in.Close()
	return accounts.Parse(in, file, f)
}

// WhoseAccounts returns whose accounts are, as the file and the configuration itself say; nil
// if neither says anything. Of an account in both the configuration decides.
func (c *Config) WhoseAccounts(f *finding.Fingerprinter) (*accounts.Inventory, error) {
	all, err := ReadInventory(c.Accounts, f)
	if err != nil {
		return nil, err
	}
	for i, a := range c.Inventory {
		one, err := accounts.Parse(strings.NewReader(fmt.Sprintf("%s %s %s", a.Account, a.Class, a.Name)), "inventory", f)
		if err != nil {
			return nil, fmt.Errorf("inventory: entry %d: %w", i+1, errors.Unwrap(err))
		}
		all = all.With(one)
	}
	return all, nil
}

// SettingsOf returns what the configuration changes of some rules.
func (c *Config) SettingsOf(rules []*finding.Rule) (settings.Set, error) {
	list := make([]settings.Setting, len(c.Settings))
	for i, s := range c.Settings {
		list[i] = settings.Setting{Rule: s.Rule, Paths: s.Paths, Enabled: s.Enabled, Severity: s.Severity}
	}
	set, err := settings.Compile(list, rules, c.Others...)
	var unknown *settings.UnknownRule
	if errors.As(err, &unknown) {
		return nil, fmt.Errorf("settings: %w%s", err, suggest.DidYouMean(unknown.Name, c.names(rules)))
	}
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return set, nil
}

// names lists whatever settings may speak of.
func (c *Config) names(rules []*finding.Rule) []string {
	out := slices.Clone(c.Others)
	for _, r := range rules {
		out = append(out, r.ID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ReadBaseline reads a file of known findings; nil for no file.
func ReadBaseline(file string, f *finding.Fingerprinter) (*baseline.Baseline, error) {
	if file == "" {
		return nil, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := baseline.Read(in, f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return b.In(file), nil
}
