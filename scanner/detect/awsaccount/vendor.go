package awsaccount

import (
	_ "embed" // the tables
	"strings"
	"sync"
)

// vendor is who publishes an account ID, and what for.
type vendor struct {
	Owner, Purpose, Source string
}

// vendorTable has one account per line: account, owner, purpose and the address
// where it is published, separated by tabs.
//
//go:embed vendors.tsv
var vendorTable string

// vendors returns the accounts that AWS and its partners publish on purpose, so
// that others may trust them or read from them.
var vendors = sync.OnceValue(func() map[string]vendor {
	m := map[string]vendor{}
	for line := range strings.Lines(vendorTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) == 4 && !strings.HasPrefix(line, "#") {
			m[f[0]] = vendor{Owner: f[1], Purpose: f[2], Source: f[3]}
		}
	}
	return m
})

// documentedTable has one account per line: account, and the file of botocore that it
// stands in, separated by a tab.
//
//go:embed documented.tsv
var documentedTable string

// documented returns the accounts that stand in the examples of AWS's API models, with the
// service they are about.
var documented = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(documentedTable) {
		account, file, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if parts := strings.Split(file, "/"); ok && !strings.HasPrefix(line, "#") {
			service := strings.TrimSuffix(parts[2], ".json")
			if service == "aws" { // the older layout
				service = strings.TrimSuffix(parts[3], ".json")
			}
			m[account] = service
		}
	}
	return m
})

// Published returns who publishes an account ID on purpose, so that others may trust it;
// ok is false for all other accounts. AWS's own are AWS's.
func Published(account string) (owner string, ok bool) {
	v, ok := vendors()[account]
	return v.Owner, ok
}
