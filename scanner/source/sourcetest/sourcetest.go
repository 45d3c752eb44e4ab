// Package sourcetest is the acceptance suite of sources, and what their tests
// are made of. A source joins with one call of [Accept].
package sourcetest

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Recording is what a source handed over. It is a [source.Visitor] that holds
// sources to the rules of handing over.
type Recording struct {
	t  *testing.T
	mu sync.Mutex

	Contents       map[source.ID]string
	Rows           []finding.Unexamined
	Commits, Files int64
	Remembers      int64
	Clean          func(content string) bool // says which contents hold nothing; nil: none does
	over           bool
}

// Record scans a source.
func Record(t *testing.T, src source.Source) *Recording {
	t.Helper()
	return RecordClean(t, src, nil)
}

// RecordClean scans a source like a visitor that finds nothing in some contents.
func RecordClean(t *testing.T, src source.Source, clean func(content string) bool) *Recording {
	t.Helper()
	r := &Recording{t: t, Contents: map[source.ID]string{}, Clean: clean}
	require.NoError(t, src.Scan(context.Background(), r))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	return r
}

// Blob implements [source.Visitor].
func (r *Recording) Blob(b *source.Blob) {
	data := b.Data
	if data == nil {
		data = r.read(b)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	assert.False(r.t, r.over, "%q came after the end of the scan", b.ID)
	assert.NotEmpty(r.t, b.ID)
	if b.Size >= 0 {
		assert.EqualValues(r.t, len(data), b.Size, "size of %q", b.ID)
	}
	_, again := r.Contents[b.ID]
	assert.False(r.t, again, "%q was handed over twice", b.ID)
	r.Contents[b.ID] = string(data)
	if b.Clean != nil && r.Clean != nil && r.Clean(string(data)) {
		b.Clean()
	}
}

func (r *Recording) read(b *source.Blob) []byte {
	if !assert.NotNil(r.t, b.Open, "%q has neither data nor a way to read it", b.ID) {
		return nil
	}
	content, err := b.Open()
	if !assert.NoError(r.t, err) {
		return nil
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	assert.NoError(r.t, err)
	return data
}

// Unexamined implements [source.Visitor].
func (r *Recording) Unexamined(path string, why finding.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	assert.NotEmpty(r.t, path, "a row says what it is about (%s)", why.Detail)
	assert.NotEmpty(r.t, why.Code, path)
	assert.NotEmpty(r.t, why.Detail, path)
	r.Rows = append(r.Rows, finding.NotExamined(path, "", why))
}

// Count implements [source.Visitor].
func (r *Recording) Count(commits, files int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Commits += commits
	r.Files += files
}

// Remembered implements [source.Visitor].
func (r *Recording) Remembered(blobs, _ int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Remembers += blobs
}

// Reason returns why a path went unexamined, "" if it did not.
func (r *Recording) Reason(path string) string {
	for _, row := range r.Rows {
		if row.Path == path {
			return row.Reason
		}
	}
	return ""
}

// Has reports whether a content that contains text was handed over.
func (r *Recording) Has(text string) bool { return len(r.Find(text)) > 0 }

// Find returns the contents that contain text.
func (r *Recording) Find(text string) map[source.ID]bool {
	ids := map[source.ID]bool{}
	for id, content := range r.Contents {
		if strings.Contains(content, text) {
			ids[id] = true
		}
	}
	return ids
}

// Places asks a source where the contents that contain text stand.
func (r *Recording) Places(src source.Source, text string) []source.Place {
	r.t.Helper()
	places, err := src.Locate(context.Background(), r.Find(text))
	require.NoError(r.t, err)
	return places
}

// Accept holds a source to the interface. open makes it anew, to read with that
// many jobs; texts are pieces of contents that it must hand over, each by itself
// or within more. It returns the recording and the source it is of.
func Accept(t *testing.T, open func(t *testing.T, jobs int) source.Source, texts ...string) (*Recording, source.Source) {
	t.Helper()
	src := open(t, 4)
	r := Record(t, src)
	for _, text := range texts {
		assert.True(t, r.Has(text), "%q was not handed over", text)
	}
	acceptPlaces(t, src, r)
	acceptOpen(t, src, r)

	alone := Record(t, open(t, 1))
	assert.Equal(t, r.Contents, alone.Contents, "the number of jobs makes a difference")
	assert.ElementsMatch(t, r.Rows, alone.Rows, "the number of jobs makes a difference")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	cancelled := &Recording{t: t, Contents: map[source.ID]string{}}
	assert.ErrorIs(t, open(t, 2).Scan(ctx, cancelled), context.Canceled)
	return r, src
}

func acceptPlaces(t *testing.T, src source.Source, r *Recording) {
	t.Helper()
	none, err := src.Locate(context.Background(), map[source.ID]bool{})
	require.NoError(t, err)
	assert.Empty(t, none, "places of nothing")

	all := map[source.ID]bool{}
	for id := range r.Contents {
		all[id] = true
	}
	places, err := src.Locate(context.Background(), all)
	require.NoError(t, err)
	assert.True(t, slices.IsSortedFunc(places, func(a, b source.Place) int { return strings.Compare(a.Path, b.Path) }), "places are in order of path")
	placed := map[source.ID]bool{}
	for _, p := range places {
		placed[p.ID] = true
		assert.True(t, all[p.ID], "a place of %q, which nobody asked for", p.ID)
		assert.Equal(t, p.First == nil, p.Last == nil, "%q has a first and a last commit or neither", p.Path)
		assert.NotEmpty(t, p.Path+p.What, "a place says where it is: %+v", p)
		assert.False(t, path.IsAbs(p.Path) || strings.HasPrefix(p.Path, "../"), "%q is not relative to the target", p.Path)
	}
	for id := range all {
		assert.True(t, placed[id], "%q stands nowhere", id)
	}
	for id := range all { // one is asked for by itself
		one, err := src.Locate(context.Background(), map[source.ID]bool{id: true})
		require.NoError(t, err)
		var same []source.Place
		for _, p := range places {
			if p.ID == id {
				same = append(same, p)
			}
		}
		assert.Equal(t, same, one, "what else is asked makes a difference")
		break
	}
}

func acceptOpen(t *testing.T, src source.Source, r *Recording) {
	t.Helper()
	for id, content := range r.Contents {
		rc, err := src.Open(id)
		if !assert.NoError(t, err, "open %q", id) {
			continue
		}
		data, err := io.ReadAll(rc)
		assert.NoError(t, err)
		assert.NoError(t, rc.Close())
		assert.Equal(t, content, string(data), "opened again, %q reads differently", id)
	}
	_, err := src.Open("no such content")
	assert.Error(t, err)
}
