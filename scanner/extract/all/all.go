// Package all lists the built-in extractors.
package all

import (
	"slices"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/columnar"
	"github.com/deputy-sec/deputy/scanner/extract/delimited"
	"github.com/deputy-sec/deputy/scanner/extract/gitfile"
	"github.com/deputy-sec/deputy/scanner/extract/image"
	"github.com/deputy-sec/deputy/scanner/extract/iwork"
	"github.com/deputy-sec/deputy/scanner/extract/legacy"
	"github.com/deputy-sec/deputy/scanner/extract/mail"
	"github.com/deputy-sec/deputy/scanner/extract/markup"
	"github.com/deputy-sec/deputy/scanner/extract/office"
	"github.com/deputy-sec/deputy/scanner/extract/onenote"
	"github.com/deputy-sec/deputy/scanner/extract/pdf"
	"github.com/deputy-sec/deputy/scanner/extract/plist"
	"github.com/deputy-sec/deputy/scanner/extract/sqlite"
	"github.com/deputy-sec/deputy/scanner/extract/terminal"
	"github.com/deputy-sec/deputy/scanner/extract/unread"
	"github.com/deputy-sec/deputy/scanner/extract/widetext"
)

// Extractors returns every built-in extractor, in the order in which they are
// asked about a content: those of particular formats before those of what they
// are made of.
func Extractors() []*extract.Extractor {
	return slices.Concat(
		[]*extract.Extractor{
			pdf.New(), office.New(), office.NewFlat(), legacy.New(), legacy.NewWorksheet(), iwork.New(), mail.New(), mail.NewTNEF(),
			sqlite.New(), columnar.New(), delimited.New(), onenote.New(), gitfile.New(), plist.New(), image.New(),
		},
		terminal.All(),
		markup.All(),
		archive.All(),
		[]*extract.Extractor{unread.New(), widetext.New()},
	)
}
