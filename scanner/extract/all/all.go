// Package all lists the built-in extractors.
package all

import (
	"slices"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/office"
)

// Extractors returns every built-in extractor, in the order in which they are
// asked about a content: those of particular formats before those of what they
// are made of.
func Extractors() []*extract.Extractor {
	return slices.Concat(
		[]*extract.Extractor{office.New(), office.NewFlat()},
		archive.All(),
	)
}
