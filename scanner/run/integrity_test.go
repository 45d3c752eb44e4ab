package run_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// Damage is never silent: whatever happens to a file, each value that was planted is found, or
// the scan says that something was not examined. DEPUTY_TRIALS sets how often each is tried.

func trials(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("DEPUTY_TRIALS"))
	if err == nil {
		return n
	}
	if testing.Short() {
		return 15
	}
	return 40
}

// planted returns the nth value.
func planted(n int) string { return fmt.Sprintf("%012d", 503_817_264_913+int64(n)*7_215_311) }

func plantedLine(n int) string {
	return "role = \"arn:aws:iam::" + planted(n) + ":role/app\"\n"
}

// accountedFor wants of a scan of a directory every planted value, or a word about what was not
// examined.
func accountedFor(t *testing.T, dir string, count int, damage string) {
	t.Helper()
	c := run.Default()
	c.Values, c.Documents.Limits.OCR, c.Jobs = true, extract.OCROff, 2
	r, err := run.New(c, func(string) {}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	result, err := r.Scan(t.Context(), []string{dir}, strings.NewReader(""))
	if err != nil || len(result.Unexamined) > 0 {
		return // it says so
	}
	found := map[string]bool{}
	for _, f := range result.Findings {
		found[f.Secret.Reveal()] = true
	}
	for n := range count {
		assert.True(t, found[planted(n)], "%s: value %d is neither found nor is anything unexamined", damage, n)
	}
}

// damaged changes content as disks, networks and people do, and says how.
func damaged(random *rand.Rand, content []byte) (out []byte, how string) {
	out = bytes.Clone(content)
	if len(out) == 0 {
		return []byte{0}, "something in an empty file"
	}
	at := random.IntN(len(out))
	switch random.IntN(6) {
	case 0, 1:
		bit := random.IntN(8)
		out[at] ^= 1 << bit
		return out, fmt.Sprintf("bit %d of byte %d of %d flipped", bit, at, len(out))
	case 2:
		return out[:at], fmt.Sprintf("cut at %d of %d", at, len(out))
	case 3:
		n := min(1+random.IntN(600), len(out)-at)
		clear(out[at : at+n])
		return out, fmt.Sprintf("%d zeros at %d of %d", n, at, len(out))
	case 4: // headers
		at = random.IntN(min(len(out), 40))
		out[at] = byte(random.IntN(256))
		return out, fmt.Sprintf("byte %d of %d replaced", at, len(out))
	}
	n := min(1+random.IntN(600), len(out)-at)
	return slices.Delete(out, at, at+n), fmt.Sprintf("%d bytes lost at %d of %d", n, at, len(out))
}

const plantedInRepository = 12

// plantedRepository has a value in each of its files and in versions that are gone, in a pack
// with deltas and loose.
func plantedRepository(t *testing.T) string {
	repo := sourcetest.NewRepo(t)
	var filler strings.Builder
	for i := range 60 {
		fmt.Fprintf(&filler, "line %d of a file that has a few of them\n", i*i)
	}
	for n := range plantedInRepository {
		if n == plantedInRepository-4 {
			repo.Git("repack", "-adfq")
			repo.Git("pack-refs", "--all")
		}
		repo.Commit(fmt.Sprintf("dir/file%d.tf", n%5), filler.String()+plantedLine(n))
	}
	require.NoError(t, os.RemoveAll(filepath.Join(repo.Dir, "dir"))) // what is left is the history
	repo.Git("rm", "-r", "-q", "--cached", "dir")
	return filepath.Join(repo.Dir, ".git")
}

// storedFiles lists the files of a git directory that hold objects, or lead to them.
func storedFiles(t *testing.T, git string) (files []string) {
	require.NoError(t, filepath.WalkDir(git, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(git, path)
		if err == nil && e.Type().IsRegular() && strings.HasPrefix(rel, "objects/") && !strings.HasSuffix(rel, ".rev") && !strings.HasPrefix(rel, "objects/info/") {
			files = append(files, rel)
		}
		return err
	}))
	return files
}

func TestDamageOfARepositoryIsNeverSilent(t *testing.T) {
	t.Parallel()
	git := plantedRepository(t)
	files := storedFiles(t, git)
	var packs []string
	for _, f := range files {
		if strings.HasPrefix(f, "objects/pack/") {
			packs = append(packs, f)
		}
	}
	accountedFor(t, git, plantedInRepository, "nothing")
	random := rand.New(rand.NewPCG(18, 1))
	for trial := range trials(t) {
		file := files[random.IntN(len(files))]
		if trial%2 == 0 {
			file = packs[random.IntN(len(packs))]
		}
		content, err := os.ReadFile(filepath.Join(git, file))
		require.NoError(t, err)
		path := filepath.Join(git, file)
		require.NoError(t, os.Chmod(path, 0o644))
		how := "deleted"
		switch {
		case random.IntN(6) == 0:
			require.NoError(t, os.Remove(path))
		case strings.HasSuffix(file, ".idx") && random.IntN(3) == 0:
			broken := bytes.Clone(content)
			at := 8 + 4*random.IntN(256) // the fan-out
			broken[at+random.IntN(4)] ^= byte(1 + random.IntN(255))
			how = fmt.Sprintf("fan-out at %d", at)
			require.NoError(t, os.WriteFile(path, broken, 0o644))
		default:
			var broken []byte
			broken, how = damaged(random, content)
			require.NoError(t, os.WriteFile(path, broken, 0o644))
		}
		accountedFor(t, git, plantedInRepository, fmt.Sprintf("trial %d: %s: %s", trial, file, how))
		require.NoError(t, os.WriteFile(path, content, 0o644))
	}
}

// TestAnIndexOfAnotherPackIsNeverSilent swaps the indexes of two packs.
func TestAnIndexOfAnotherPackIsNeverSilent(t *testing.T) {
	t.Parallel()
	repo := sourcetest.NewRepo(t)
	for n := range 4 {
		repo.Commit("a.tf", plantedLine(n))
		if n%2 == 1 {
			repo.Git("repack", "-dq")
		}
	}
	require.NoError(t, os.Remove(filepath.Join(repo.Dir, "a.tf")))
	idx, err := filepath.Glob(filepath.Join(repo.Dir, ".git/objects/pack/*.idx"))
	require.NoError(t, err)
	require.Len(t, idx, 2)
	require.NoError(t, os.Rename(idx[0], idx[0]+"x"))
	require.NoError(t, os.Rename(idx[1], idx[0]))
	require.NoError(t, os.Rename(idx[0]+"x", idx[1]))
	accountedFor(t, filepath.Join(repo.Dir, ".git"), 4, "swapped indexes")
}

const plantedInDocument = 4

// plantedDocuments are documents of each kind, packed, so that damage shows itself.
func plantedDocuments(t *testing.T) map[string][]byte {
	var lines []string
	for n := range plantedInDocument {
		lines = append(lines, plantedLine(n))
	}
	filler := strings.Repeat("some words that stand around it and say nothing\n", 40)
	paragraphs := ""
	cells := ""
	for i, line := range lines {
		line = strings.ReplaceAll(line, "\"", "&quot;")
		paragraphs += "<w:p><w:r><w:t>" + filler + "</w:t></w:r></w:p><w:p><w:r><w:t>" + line + "</w:t></w:r></w:p>"
		cells += fmt.Sprintf("<row r=\"%d\"><c r=\"A%d\" t=\"inlineStr\"><is><t>%s</t></is></c></row>", i+1, i+1, line)
	}
	types := `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	return map[string][]byte{
		"a.zip":    zipped(t, "a.tf", filler+lines[0], "dir/b.tf", filler+lines[1], "dir/c.tf", lines[2]+filler, "d.tf", lines[3]),
		"a.tar.gz": gzipped(t, tarOf(t, "a.tf", filler+lines[0], "b.tf", filler+lines[1], "c.tf", lines[2]+filler, "d.tf", lines[3])),
		"a.docx": zipped(t, "[Content_Types].xml", types,
			"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+paragraphs+`</w:body></w:document>`),
		"a.xlsx": zipped(t, "[Content_Types].xml", types,
			"xl/workbook.xml", `<workbook><sheets><sheet name="S" sheetId="1"/></sheets></workbook>`,
			"xl/worksheets/sheet1.xml", `<worksheet><sheetData>`+cells+`</sheetData></worksheet>`),
		"a.pdf": plantedPDF(lines, filler),
	}
}

func zipped(t *testing.T, files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		require.NoError(t, err)
		_, err = w.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func tarOf(t *testing.T, files ...string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}))
		_, err := w.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func gzipped(t *testing.T, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// plantedPDF has a page for each line.
func plantedPDF(lines []string, filler string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	var kids strings.Builder
	for _, line := range lines {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		text := "BT /F1 12 Tf 72 700 Td (" + strings.TrimSpace(line) + ") Tj ET\n"
		for i, row := range strings.Split(filler, "\n") {
			text += fmt.Sprintf("BT /F1 8 Tf 72 %d Td (%s) Tj ET\n", 680-i*9, row)
		}
		_, _ = w.Write([]byte(text)) // into memory
		_ = w.Close()
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", n+1),
			fmt.Sprintf("<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream", z.Len(), z.String()))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(lines))
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func TestDamageOfDocumentsIsNeverSilent(t *testing.T) {
	t.Parallel()
	for name, content := range plantedDocuments(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(path, content, 0o600))
			whole := whatIsFound(t, path)
			for n := range plantedInDocument {
				require.True(t, whole[planted(n)], "value %d of the undamaged document", n)
			}
			random := rand.New(rand.NewPCG(18, uint64(len(name))))
			from, to := telling(name, content)
			for trial := range trials(t) {
				broken, how := damaged(random, content[from:to])
				broken = slices.Concat(content[:from], broken, content[to:])
				require.NoError(t, os.WriteFile(path, broken, 0o600))
				accountedFor(t, path, plantedInDocument, fmt.Sprintf("trial %d: %s", trial, how))
			}
		})
	}
}

// telling returns the part of a document in which damage shows itself. The bytes that it is
// known by are none: without them it is a file like any other. Nor are the dictionaries of a
// PDF, which have no checksum: what is wrong there may be as it was written.
func telling(name string, content []byte) (from, to int) {
	if name == "a.pdf" {
		from = bytes.LastIndex(content, []byte("stream\nx")) + len("stream\nx") + 1
		return from, from + bytes.Index(content[from:], []byte("\nendstream"))
	}
	return 4, len(content)
}

func whatIsFound(t *testing.T, path string) map[string]bool {
	c := run.Default()
	c.Values = true
	r, err := run.New(c, func(string) {}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	result, err := r.Scan(t.Context(), []string{path}, strings.NewReader(""))
	require.NoError(t, err)
	found := map[string]bool{}
	for _, f := range result.Findings {
		if f.Rule.Kind == finding.AccountID {
			found[f.Secret.Reveal()] = true
		}
	}
	return found
}
