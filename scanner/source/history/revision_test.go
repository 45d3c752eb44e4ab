package history

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// heard is what a visitor was reported.
type heard struct {
	mu       sync.Mutex
	contents map[source.ID]string
	rows     map[string]string
	deltas   int
}

func (h *heard) Blob(b *source.Blob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.contents[b.ID] = string(b.Data)
	if b.Base != nil {
		h.deltas++
	}
	b.Trace = b
}

func (h *heard) Unexamined(path string, why finding.Reason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows[path] = why.Detail
}
func (*heard) Count(commits, files int64)    {}
func (*heard) Remembered(blobs, bytes int64) {}

// TestBlobsByWalkAndByLookUp hands over the same blobs in both ways.
func TestBlobsByWalkAndByLookUp(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	repo := sourcetest.NewRepo(t)
	repo.GitIn(randomHistory(r, 200), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	repo.Git("repack", "-adfq")
	repo.Commit("loose", "loose")
	hash := repo.Git("rev-parse", "HEAD:loose")
	gone := repo.GitIn([]byte("gone"), "hash-object", "-w", "--stdin")
	require.NoError(t, os.Remove(filepath.Join(repo.Dir, ".git/objects", gone[:2], gone[2:])))
	dir, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	deltas := 0
	for range 5 {
		blobs := map[objects.ID]bool{}
		for _, hex := range []string{hash, gone} {
			id, ok := objects.ParseID(hex)
			require.True(t, ok)
			blobs[id] = true
		}
		for line := range strings.Lines(repo.Git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)")) {
			hex, isBlob := strings.CutPrefix(strings.TrimSpace(line), "blob ")
			if id, ok := objects.ParseID(hex); isBlob && ok && r.IntN(2) == 0 {
				blobs[id] = true
			}
		}
		var got [2]heard
		for i := range got {
			got[i].contents, got[i].rows = map[source.ID]string{}, map[string]string{}
			s := New(dir, db, Options{Jobs: 2, Since: "HEAD"})
			if i == 0 {
				require.NoError(t, s.lookUpBlobs(context.Background(), blobs, &got[i]))
			} else {
				require.NoError(t, s.walkBlobs(context.Background(), blobs, &got[i]))
			}
		}
		assert.Len(t, got[0].contents, len(blobs)-1)
		assert.Equal(t, got[0].contents, got[1].contents)
		assert.Len(t, got[0].rows, 1)
		assert.Len(t, got[1].rows, 1)
		assert.Contains(t, got[0].rows, "object "+gone)
		assert.Contains(t, got[1].rows, "object "+gone)
		assert.Zero(t, got[0].deltas)
		deltas += got[1].deltas
	}
	assert.Positive(t, deltas, "a walk knows what is new")
}
