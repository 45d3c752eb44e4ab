package awsaccount

import (
	_ "embed" // vendors.tsv
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
