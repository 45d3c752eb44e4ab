package sqlite_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/sqlite"
)

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

// sample is the database that testdata/make.sh made, with account IDs.
func sample(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/sample.db")
	require.NoError(t, err)
	for i := range 12 {
		content = bytes.ReplaceAll(content, fmt.Appendf(nil, "ACCOUNT%05d", i), []byte(account(i)))
	}
	return content
}

// box reads blobs that begin with "BOX", so that these tests are free of other
// formats.
var box = &extract.Extractor{
	Name:   "box",
	Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("BOX")) },
	Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err == nil {
			_, err = out.Write(bytes.ReplaceAll(data, []byte("BOX"), []byte("boxed")))
		}
		return err
	},
}

func want() []extracttest.Want {
	const placeholder = "123456789012"
	return []extracttest.Want{
		{Text: "DEFAULT '" + account(1) + "'", Place: "schema"},
		{Text: "id=1\taccount name=prod " + account(2) + "\tnumber=" + placeholder + "\tratio=0.5\n", Place: `table "accounts" row 1`},
		{Text: "id=" + placeholder + "\taccount name=key\tnumber=7\n", Place: `table "accounts" row ` + placeholder},
		{Text: "xxx " + account(3) + "\tnumber=8\tratio=" + placeholder + "\n", Place: `table "accounts" row 12`},
		{Text: "account name=many 250", Place: `table "accounts" row 250`},
		{Text: "account name=last " + account(4), Place: `table "accounts" row 400`},
		{Text: "the key=external id\tvalue=" + account(5) + "\n", Place: `table "pairs" row 1`},
		{Text: "note=text " + account(7), Place: `table "blobs" row 1`},
		{Text: "data=runs " + account(8), Place: `table "blobs" row 2`},
		{Text: account(9), Place: "schema"},
		{Text: "deleted " + account(10), Place: `table "gone", deleted`},
		{Text: "dropped " + account(11), Place: "free page 41"},
	}
}

func TestEveryHidingPlaceIsFoundAtItsPlace(t *testing.T) {
	extracttest.Accept(t, sqlite.New(), sample(t), want()...)
}

// TestQuality prints the share of planted values that are found.
func TestQuality(t *testing.T) {
	r, err := extracttest.Extract(t, sample(t), sqlite.New())
	require.NoError(t, err)
	extracttest.Recall(t, "sqlite", r, want()...)
}

func TestBlobsThatAreDocumentsAreRead(t *testing.T) {
	r, err := extracttest.Extract(t, sample(t), sqlite.New(), box)
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "boxed " + account(6), Place: `table "blobs" row 1, column data`})
	extracttest.Find(t, r, extracttest.Want{Text: "note=text " + account(7), Place: `table "blobs" row 1`})
}

func TestUTF16(t *testing.T) {
	content, err := os.ReadFile("testdata/utf16.db")
	require.NoError(t, err)
	extracttest.Accept(t, sqlite.New(), content, extracttest.Want{Text: "id=3\tname=Größe 123456789012\n", Place: `table "t" row 3`})
}

func TestADamagedPageCostsItself(t *testing.T) {
	content := sample(t)
	i := bytes.Index(content, []byte("external id"))
	content[i/512*512] = 0x77
	r, err := extracttest.Extract(t, content, sqlite.New())
	require.ErrorIs(t, err, extract.ErrDamaged)
	assert.Contains(t, r.All(), account(5), "by eye")
	assert.Contains(t, r.All(), "deleted "+account(10), "what follows")
}

func TestWhatIsNoDatabaseIsDamaged(t *testing.T) {
	for _, content := range []string{"SQLite format 3\x00", "SQLite format 3\x00" + strings.Repeat("\x00", 1000)} {
		_, err := extracttest.Extract(t, []byte(content), sqlite.New())
		assert.ErrorIs(t, err, extract.ErrDamaged)
	}
}

// TestATreeThatHoldsItselfEnds: a root whose children are all itself.
func TestATreeThatHoldsItselfEnds(t *testing.T) {
	content := sample(t)
	page := content[512:1024]
	clear(page)
	page[0] = 5
	binary.BigEndian.PutUint16(page[3:], 100)
	binary.BigEndian.PutUint32(page[8:], 2)
	for i := range 100 {
		binary.BigEndian.PutUint16(page[12+2*i:], 400)
	}
	binary.BigEndian.PutUint32(page[400:], 2)
	_, err := extracttest.Extract(t, content, sqlite.New())
	require.ErrorIs(t, err, extract.ErrDamaged)
}

// TestHostileDatabases: damaged ones end, and nothing in them panics.
func TestHostileDatabases(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	whole := sample(t)
	for i := range 200 {
		content := bytes.Clone(whole)
		for range 1 + i%40 {
			content[random.IntN(len(content))] = byte(random.IntN(256))
		}
		extracttest.Fuzz(t, sqlite.New(), content[:len(content)-i%4*len(content)/8])
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(sample(f))
	utf16, err := os.ReadFile("testdata/utf16.db")
	require.NoError(f, err)
	f.Add(utf16)
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, sqlite.New(), content) })
}

func BenchmarkExtract(b *testing.B) {
	content := sample(b)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := extracttest.Extract(b, content, sqlite.New()); err != nil {
			b.Fatal(err)
		}
	}
}
