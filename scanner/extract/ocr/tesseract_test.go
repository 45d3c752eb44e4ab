package ocr

import (
	"context"
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

// withProgram has a script stand in for tesseract. It tells the rows about one sheet,
// which the function "sheet" gives it.
func withProgram(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the script is one of a Unix shell")
	}
	const languages = "[ $1 != --list-langs ] || { echo eng; exit; }\n"
	once := languages + "sheet() { cat; }\n" + script
	if runtime.GOOS == "linux" { // as long as it is asked
		once = languages + `page=0
while read -r name; do
page=$((page+1))
sheet() { cat $name; }
case $name in */4) printf "1\t$page\t0\t0\t0\t0\t0\t0\t8\t8\t-1\t\n";; *)
` + script + "\n;; esac; done"
	}
	path := filepath.Join(t.TempDir(), "tesseract")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+once), 0o700)) //nolint:gosec // it is to be run
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
	withProgram(t, `size=$(sheet | wc -c)
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
		"fails":           {"sheet >/dev/null; echo some words >&2; exit 3", "tesseract failed: exit status 3"},
		"crashes":         {"kill -SEGV $$", "tesseract failed: signal: segmentation fault"},
		"says nothing":    {"sheet >/dev/null", ""},
		"says too much":   {"sheet >/dev/null; head -c 20000000 /dev/zero", "tesseract failed: it says too much"},
		"says other rows": {"sheet >/dev/null; printf 'a\\tb\\n5\\n5\\t1\\t1\\t1\\t1\\t1\\tx\\n\\377\\n'", ""},
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

// TestAServerIsReplaced after an error, and serves on after none.
func TestAServerIsReplaced(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	withProgram(t, `[ -n "$mine" ] || { mine=1; echo >>`+started+`; }
[ "$(sheet | wc -c)" -gt 1000 ] && exit 3
printf '5\t1\t1\t1\t1\t1\t3\t4\t50\t20\t96.5\tword\n'`)
	large := append(white(), sheet{picture: noise(40, 40)})
	for _, sheets := range [][]sheet{white(), white(), large, white(), append(white(), white()...)} {
		lines, err := run(t.Context(), sheets)
		if len(sheets) == 2 && sheets[1].picture.Rect.Dy() == 40 {
			require.ErrorContains(t, err, "exit status 3")
			continue
		}
		require.NoError(t, err)
		for i, l := range lines {
			assert.Equal(t, i, l.page())
		}
	}
	starts, err := os.ReadFile(started)
	require.NoError(t, err)
	if runtime.GOOS == "linux" {
		assert.Len(t, starts, 2)
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

	path := filepath.Join(t.TempDir(), "tesseract")
	t.Setenv("PATH", filepath.Dir(path))
	withFound(t, find)
	require.ErrorIs(t, Ready(), ErrMissing)
	for script, want := range map[string]error{"echo eng": nil, "echo deu": ErrLanguage, "exit 1": nil} {
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700)) //nolint:gosec // it is to be run
		require.NoError(t, Available(), "it is not started to know that")
		switch err := Ready(); {
		case want != nil:
			require.ErrorIs(t, err, want)
		case script == "exit 1":
			require.ErrorContains(t, err, "does not run")
		default:
			require.NoError(t, err)
		}
	}
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
		"1234. 5678-9012": "1234-5678-9012", "1234-5678 9012,": "1234-5678-9012,", "1234 5678 9012": "", "1234-5678-9012": "", "21234 5678-9012": "",
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
