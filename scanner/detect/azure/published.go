package azure

import (
	_ "embed" // the table is data
	"strings"
	"sync"
)

// publishedTable lists IDs that Microsoft publishes: its own tenants and the
// applications that are the same in every tenant. A row is ID, name, source.
//
//go:embed published.tsv
var publishedTable string

var publishedIDs = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	for row := range strings.Lines(publishedTable) {
		if id, _, ok := strings.Cut(row, "\t"); ok {
			ids[id] = true
		}
	}
	return ids
})

// published reports whether an ID is Microsoft's. Its oldest applications have IDs
// that end alike.
func published(id string) bool {
	return publishedIDs()[id] || strings.HasSuffix(id, "-0000-0000-c000-000000000000") || strings.HasSuffix(id, "-0000-0ff1-ce00-000000000000")
}
