package run

import (
	"fmt"
	"os"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
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
	return b, nil
}
