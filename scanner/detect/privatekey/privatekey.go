package privatekey

import (
	"github.com/deputy-sec/deputy/scanner/detect"
)

// New returns the detector for private keys.
func New() detect.Detector { return detector{} }

type detector struct{}

// readers decide over a window by the trigger that led to it.
var readers = []struct {
	literal string
	read    func(w *detect.Window) (detect.Match, bool)
}{
	{"PRIVATE KEY", readArmor},
	{base64OfBegin, readEncodedArmor},
	{"PuTTY-User-Key-File-", readPutty},
	{agePrefix, readAge},
	{`"kty`, readJWK},
	{"kty:", readJWK},
	{"'kty", readJWK},
}

func (detector) Triggers() []detect.Trigger {
	triggers := make([]detect.Trigger, len(readers))
	for i, r := range readers {
		triggers[i].Literal = r.literal
	}
	return triggers
}

func (detector) Detect(w *detect.Window, report func(detect.Match)) {
	if m, ok := readers[w.Trigger].read(w); ok {
		m.Hidden = true
		report(m)
	}
}

// cut reports whether a window ends because it may not be longer, so that what
// stands in it may go on.
func cut(w *detect.Window) bool { return len(w.Text)-w.End >= detect.After }
