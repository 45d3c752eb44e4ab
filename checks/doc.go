// Package checks holds what vendors hand to their customers against the guide: templates,
// policies, and the API specs that promise how External IDs are handled.
//
// A check gives one of three verdicts. It fails where the text says what the guide warns
// of, it passes where the text says otherwise, and it is unresolved where the tree does
// not tell: with the place and what would have to be known. What the defaults of
// parameters decide is decided. A wrong fail costs more trust than ten that are
// unresolved, so whatever is not known is no finding.
//
// Most verdicts depend on whose a principal is; owner.go has the order in which that is
// decided.
package checks
