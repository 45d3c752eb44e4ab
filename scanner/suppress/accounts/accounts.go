// Package accounts reads the inventory that says whose an AWS account is.
//
// An inventory is a text file, one account a line:
//
//	# account      class      name
//	111122223333   own        production
//	4444-5555-6666 customer   Example Corp
//	777788889999   vendor     our integration account, published on purpose
//
// The classes are those of a finding: own, customer, vendor, example. A list of
// one's customers' accounts is itself worth stealing, so the account can be
// given as a hash instead ([Hash], `deputy accounts hash`):
//
//	argon2id:6d0c…  customer
//
// under a key that the same person gives to the scan.
package accounts

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Entry is what the inventory says of an account.
type Entry struct {
	Class finding.Class
	Name  string
}

// Inventory maps accounts to entries. It is immutable after Parse; a nil
// *Inventory is an empty one.
type Inventory struct {
	plain  map[string]Entry
	hashed map[string]Entry // by the hexadecimal hash
	hash   *finding.Fingerprinter
}

const hashMark = "argon2id:"

// Hash returns the form of an account in which an inventory holds it without
// telling it. The fingerprinter carries the key.
func Hash(f *finding.Fingerprinter, account string) string {
	return hashMark + hex.EncodeToString(f.Derive(account))
}

// With returns an inventory of all entries of both; of an account in both it has the
// other's. Either may be nil.
func (inv *Inventory) With(other *Inventory) *Inventory {
	switch {
	case inv == nil:
		return other
	case other == nil:
		return inv
	}
	all := &Inventory{plain: maps.Clone(inv.plain), hashed: maps.Clone(inv.hashed), hash: inv.hash}
	maps.Copy(all.plain, other.plain)
	maps.Copy(all.hashed, other.hashed)
	return all
}

var classes = map[finding.Class]bool{finding.Own: true, finding.Customer: true, finding.Vendor: true, finding.Sample: true}

// Parse reads an inventory. name is for error messages, which name the line but
// never an account.
func Parse(r io.Reader, name string, f *finding.Fingerprinter) (*Inventory, error) {
	inv := &Inventory{plain: map[string]Entry{}, hashed: map[string]Entry{}, hash: f}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := inv.add(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return inv, nil
}

func (inv *Inventory) add(line string) error {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return errors.New("want an account and a class: own, customer, vendor or example")
	}
	class := finding.Class(fields[1])
	if !classes[class] {
		return fmt.Errorf("unknown class %q: want own, customer, vendor or example", fields[1])
	}
	entry := Entry{Class: class, Name: strings.Join(fields[2:], " ")}
	if sum, ok := strings.CutPrefix(fields[0], hashMark); ok {
		if raw, err := hex.DecodeString(sum); err != nil || len(raw) != 32 {
			return errors.New("the hash is not one that `deputy accounts hash` writes")
		}
		inv.hashed[strings.ToLower(sum)] = entry
		return nil
	}
	account, ok := Canonical(fields[0])
	if !ok {
		return errors.New("an account has 12 digits")
	}
	inv.plain[account] = entry
	return nil
}

// WriteTo writes what tells the inventory from others: two that say the same write the
// same.
func (inv *Inventory) WriteTo(w io.Writer) (int64, error) {
	if inv == nil {
		return 0, nil
	}
	var written int64
	for _, entries := range []map[string]Entry{inv.plain, inv.hashed} {
		for _, account := range slices.Sorted(maps.Keys(entries)) {
			n, err := fmt.Fprintf(w, "%s %+q\n", account, entries[account])
			written += int64(n)
			if err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// Canonical removes the dashes that the console puts into an account ID; ok is
// false for what has not twelve digits then.
func Canonical(text string) (account string, ok bool) {
	account = strings.ReplaceAll(text, "-", "")
	if len(account) != 12 || strings.Trim(account, "0123456789") != "" {
		return "", false
	}
	return account, true
}

// Lookup returns what the inventory says of an account.
func (inv *Inventory) Lookup(account string) (Entry, bool) {
	if inv == nil {
		return Entry{}, false
	}
	if e, ok := inv.plain[account]; ok {
		return e, true
	}
	if len(inv.hashed) == 0 {
		return Entry{}, false
	}
	e, ok := inv.hashed[hex.EncodeToString(inv.hash.Derive(account))]
	return e, ok
}
