package ocr

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withProgram has a script stand in for tesseract.
func withProgram(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script is one of a Unix shell")
	}
	path := filepath.Join(t.TempDir(), "tesseract")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700)) //nolint:gosec // it is to be run
	withFound(t, func() (string, error) { return path, nil })
}

func withFound(t *testing.T, found func() (string, error)) {
	before := program
	program = found
	t.Cleanup(func() { program = before })
}

func white() []sheet {
	g := image.NewGray(image.Rect(0, 0, 40, 20))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	return []sheet{{picture: g}}
}

const header = "level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n"

func TestTheProgramGetsThePicture(t *testing.T) {
	withProgram(t, `size=$(wc -c)
printf '`+header+`5\t1\t1\t1\t1\t1\t3\t4\t50\t20\t96.5\tgot\n5\t1\t1\t1\t1\t2\t70\t4\t50\t20\t91\t%s,%s,%s\n' $size $OMP_THREAD_LIMIT $PWD`)
	lines, err := run(t.Context(), white())
	require.NoError(t, err)
	require.Len(t, lines, 1)
	path, _ := program()
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	require.NoError(t, err)
	assert.Equal(t, "got "+"922,1,"+folder, lines[0].text(20), "40 by 20 pixels, 8 bytes of header and 114 of a directory; one thread; not in the folder that is scanned")
	assert.Equal(t, image.Rect(3, 4, 120, 24), lines[0].bounds())
}

func TestTheProgramIsKilledWithItsContext(t *testing.T) {
	withProgram(t, "sleep 60 & sleep 60") // its child keeps the pipe
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := run(ctx, white())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(start), 30*time.Second, "it did not wait for the program")
}

func TestWhatTheProgramMayDo(t *testing.T) {
	for name, c := range map[string]struct{ script, err string }{
		"fails":           {"cat >/dev/null; echo some words >&2; exit 3", "tesseract failed: exit status 3"},
		"crashes":         {"kill -SEGV $$", "tesseract failed: signal: segmentation fault"},
		"says nothing":    {"cat >/dev/null", ""},
		"says too much":   {"cat >/dev/null; head -c 20000000 /dev/zero", ""},
		"says other rows": {"cat >/dev/null; printf 'a\\tb\\n5\\n5\\t1\\t1\\t1\\t1\\t1\\tx\\n\\377\\n'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			withProgram(t, c.script)
			lines, err := run(t.Context(), white())
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Empty(t, lines)
		})
	}
}

func TestNoProgram(t *testing.T) {
	withFound(t, func() (string, error) { return "", ErrMissing })
	require.ErrorIs(t, Available(), ErrMissing)
	_, err := run(t.Context(), white())
	require.ErrorIs(t, err, ErrMissing)
}

func TestFindProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := find()
	require.ErrorIs(t, err, ErrMissing)

	withProgram(t, "echo deu")
	path, _ := program()
	t.Setenv("PATH", filepath.Dir(path))
	_, err = find()
	require.ErrorIs(t, err, ErrLanguage)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nexit 1\n"), 0o700)) //nolint:gosec // it is to be run
	_, err = find()
	require.Error(t, err)
	assert.False(t, errors.Is(err, ErrMissing))
}

func TestSpacesAreMeasured(t *testing.T) {
	words := func(gap int, texts ...string) line {
		var l line
		x := 0
		for _, text := range texts {
			l = append(l, word{text: text, at: image.Rect(x, 0, x+10*len(text), 20)})
			x += 10*len(text) + gap
		}
		return l
	}
	for _, c := range []struct {
		gap   int
		words []string
		want  string
	}{
		{3, []string{"arn:", "aws:"}, "arn:aws:"},
		{5, []string{"Account", "of"}, "Account of"},
		{13, []string{"12345", "6789012"}, "123456789012"},
		{15, []string{"12345", "6789012"}, "12345 6789012"},
		{7, []string{"1234-567", "8-9012"}, "1234-5678-9012"},
		{9, []string{"03-04", "10:15"}, "03-04 10:15"},
		{13, []string{"4", "123456789012"}, "4 123456789012"},
		{13, []string{"12345", "678901Z:x"}, "12345678901Z:x"},
		{13, []string{"@", "1234-56", "78-9012"}, "@ 1234-5678-9012"},
	} {
		assert.Equal(t, c.want, words(c.gap, c.words...).text(20))
	}
}

func TestLettersThatAreDigits(t *testing.T) {
	for text, want := range map[string]string{
		"iam::l2345678901Z:root": "iam::123456789012:root", "Account 1234567890I2": "Account 123456789012", "123456789012": "",
		"12345678S0lZ34": "", "SOSBIllOZ": "", "o1234567890l": "012345678901", "id-12345SSSSS12": "",
	} {
		assert.Equal(t, want, corrected(text), text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(header) + "5\t1\t1\t1\t1\t1\t3\t4\t50\t20\t96.5\tword\n"))
	f.Add([]byte("5\t1\t1\t1\t1\t1\t-9223372036854775808\t9223372036854775807\t9223372036854775807\t1\tNaN\t\xff\n"))
	f.Fuzz(func(t *testing.T, tsv []byte) {
		words := 0
		for _, l := range parse(tsv) {
			require.NotEmpty(t, l)
			words += len(l)
			text := l.text(24)
			require.True(t, utf8.ValidString(text))
			require.NotContains(t, text, "\n")
			s := sheet{strips: []strip{{0, 0, 100}}}
			_, _ = s.cropAt(l.bounds())
			require.GreaterOrEqual(t, l.page(), 0)
		}
		require.LessOrEqual(t, words, strings.Count(string(tsv), "\n")+1)
	})
}
