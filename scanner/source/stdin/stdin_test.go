package stdin_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/stdin"
)

func TestSmallStream(t *testing.T) {
	r, src := sourcetest.Accept(t, func(*testing.T, int) source.Source { return stdin.New(strings.NewReader("some text")) }, "some text")
	assert.Equal(t, []source.Place{{ID: "-", Path: "-"}}, r.Places(src, "some"))
	assert.EqualError(t, src.Scan(context.Background(), r), "standard input can be read only once")
}

func TestEmptyStreamIsAContent(t *testing.T) {
	r := sourcetest.Record(t, stdin.New(strings.NewReader("")))
	assert.Equal(t, map[source.ID]string{"-": ""}, r.Contents)
}

func TestLargeStreamIsNotHeld(t *testing.T) {
	text := strings.Repeat("x", 5<<20) + "end"
	src := stdin.New(strings.NewReader(text))
	r := sourcetest.Record(t, src)
	assert.Equal(t, len(text), len(r.Contents["-"]))
	assert.True(t, r.Has("end"))
	_, err := src.Open("-")
	assert.Error(t, err)
}

func TestBrokenStream(t *testing.T) {
	broken := iotest.ErrReader(errors.New("pipe broke"))
	r := sourcetest.Record(t, stdin.New(io.MultiReader(strings.NewReader("what came before"), broken)))
	assert.True(t, r.Has("what came before"))
	assert.Contains(t, r.Reason("-"), "pipe broke")

	err := stdin.New(broken).Scan(context.Background(), r)
	require.ErrorContains(t, err, "pipe broke")
}
