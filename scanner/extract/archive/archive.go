package archive

import "github.com/deputy-sec/deputy/scanner/extract"

// All returns the extractors of all formats. That of zip comes last: formats
// that are zips with something in particular inside are asked before it.
func All() []*extract.Extractor {
	out := []*extract.Extractor{Tar, Seven, Rar, Ar, Cpio, Rpm}
	for _, c := range compressions {
		out = append(out, c.extractor())
	}
	return append(out, Zip, Behind)
}
