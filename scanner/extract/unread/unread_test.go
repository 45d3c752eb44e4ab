package unread_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/unread"
)

// Whatever is claimed is told, and nothing of it is in the reason.
func FuzzUnread(f *testing.F) {
	for _, head := range []string{"PGDMP\x01", "\xff\xfb\x90\x00", "\xff\xf1\x50\x80\x01\x1f\xfc", "Salted__", "\x1f\x9d\x90\x00"} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		e := unread.New()
		if !e.Claims(content[:min(len(content), extract.Sniff)]) {
			return
		}
		_, err := extracttest.Extract(t, content, e)
		require.Error(t, err)
		require.NotErrorIs(t, err, extract.ErrOtherFormat)
	})
}
