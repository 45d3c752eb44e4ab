package extract

import (
	"github.com/deputy-sec/deputy/internal/opaque"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// unreadableBy returns why a document that lies in another one shows nothing of what it
// is about, as a pointer of Git LFS in the archive of a release; false if it does.
func unreadableBy(doc *Document) (finding.Reason, bool) {
	head := doc.Head(opaque.MaxPointer)
	if by := opaque.Sealed(head); by != "" {
		return finding.Encrypted.Because("encrypted with %s", by), true
	}
	if p, ok := opaque.ParsePointer(head); ok {
		return finding.StandIn.Because("a pointer of %s: the content is not here", p.What), true
	}
	return finding.Reason{}, false
}
