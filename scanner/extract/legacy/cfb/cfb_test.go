package cfb_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
)

func stream(name string, data []byte) *cfb.Entry { return &cfb.Entry{Name: name, Data: data} }

func storage(name string, children ...*cfb.Entry) *cfb.Entry {
	return &cfb.Entry{Name: name, Storage: true, Children: children}
}

// filled returns bytes that differ for every n, also in their beginning.
func filled(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7/5 + i/256*3 + n>>(i%3*8))
	}
	return b
}

// sample has no, small and large streams, and storages in storages. Children
// are in the order of the format: shorter names first.
func sample() *cfb.Entry {
	return storage("Root Entry",
		stream("Nil", []byte{}),
		stream("Mini", filled(100)),
		stream("Edge1", filled(4096)),
		stream("Edge2", filled(4095)),
		storage("Stuff", storage("In", stream("Deep", []byte("deep")))),
		stream("Big stream", filled(100_000)))
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for name, root := range map[string]*cfb.Entry{
		"all kinds":                 sample(),
		"empty":                     storage("Root Entry"),
		"beyond the header's table": storage("Root Entry", stream("Huge", filled(8<<20))),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := cfb.Open(cfb.Write(root))
			require.NoError(t, err)
			normal(f.Root)
			normal(root)
			assert.True(t, equal(root, f.Root))
			assert.Empty(t, f.Lost)
			assert.Empty(t, f.Unclaimed())
		})
	}
}

func equal(a, b *cfb.Entry) bool {
	return a.Name == b.Name && a.Storage == b.Storage && bytes.Equal(a.Data, b.Data) &&
		slices.EqualFunc(a.Children, b.Children, equal)
}

// normal lets an empty stream be equal to one that is nil.
func normal(e *cfb.Entry) {
	if len(e.Data) == 0 {
		e.Data = nil
	}
	for _, c := range e.Children {
		normal(c)
	}
}

func TestNamesDoNotDependOnCase(t *testing.T) {
	f, err := cfb.Open(cfb.Write(sample()))
	require.NoError(t, err)
	assert.Equal(t, "deep", string(f.Root.Child("STUFF").Child("in").Stream("deep")))
	assert.Nil(t, f.Root.Child("none"))
	assert.Nil(t, f.Root.Stream("Stuff"))
}

func TestATruncatedFileIsReadAsFarAsItGoes(t *testing.T) {
	// The directory comes after the streams here, so cut from the front of the
	// tail: take the last sector of the big stream out of its chain instead.
	data := cfb.Write(sample())
	whole, err := cfb.Open(data)
	require.NoError(t, err)
	big := whole.Root.Stream("Big stream")
	at := bytes.Index(data, big[:512])
	table := fat(data)
	binary.LittleEndian.PutUint32(table[(at/512-1+10)*4:], 0xffffffff)
	f, err := cfb.Open(data)
	require.NoError(t, err)
	e := f.Root.Child("Big stream")
	assert.True(t, e.Short)
	assert.True(t, bytes.Equal(big[:11*512], e.Data))
	assert.NotEmpty(t, f.Unclaimed(), "the rest belongs to nothing")
	assert.True(t, bytes.Equal(filled(4096), f.Root.Stream("Edge1")))
}

// fat returns the first sector of the allocation table.
func fat(data []byte) []byte {
	return data[(int(binary.LittleEndian.Uint32(data[0x4c:]))+1)*512:]
}

func TestALoopEnds(t *testing.T) {
	data := cfb.Write(storage("Root Entry", stream("Loop", filled(8192)), stream("After", filled(5000))))
	whole, err := cfb.Open(data)
	require.NoError(t, err)
	at := bytes.Index(data, whole.Root.Stream("Loop")[:512])
	binary.LittleEndian.PutUint32(fat(data)[(at/512-1+3)*4:], uint32(at/512-1))
	f, err := cfb.Open(data)
	require.NoError(t, err)
	assert.True(t, f.Root.Child("Loop").Short)
	assert.Len(t, f.Root.Stream("Loop"), 4*512)
}

func TestSharedSectorsAreReadOnce(t *testing.T) {
	var children []*cfb.Entry
	for i := range 200 {
		children = append(children, stream(fmt.Sprintf("s%03d", i), filled(5000)))
	}
	data := cfb.Write(storage("Root Entry", children...))
	// Let every entry of the directory begin where the first stream does.
	name := []byte("s\x000\x000\x000\x00")
	first := binary.LittleEndian.Uint32(data[bytes.Index(data, name)+0x74:])
	for i := range 200 {
		name := []byte(fmt.Sprintf("s\x00%c\x00%c\x00%c\x00", '0'+i/100, '0'+i/10%10, '0'+i%10))
		binary.LittleEndian.PutUint32(data[bytes.Index(data, name)+0x74:], first)
	}
	f, err := cfb.Open(data)
	require.NoError(t, err)
	total := 0
	for _, c := range f.Root.Children {
		total += len(c.Data)
	}
	assert.Equal(t, 5000, total)
	assert.NotEmpty(t, f.Unclaimed())
}

func TestADeletedStreamIsLost(t *testing.T) {
	data := cfb.Write(storage("Root Entry", stream("Gone", filled(5000))))
	dir := bytes.Index(data, []byte("R\x00o\x00o\x00t\x00"))
	binary.LittleEndian.PutUint32(data[dir+0x4c:], 0xffffffff)
	f, err := cfb.Open(data)
	require.NoError(t, err)
	require.Len(t, f.Lost, 1)
	assert.True(t, bytes.Equal(filled(5000), f.Lost[0].Data))
}

func TestWhatIsNoCompoundFileIsRefused(t *testing.T) {
	for _, data := range [][]byte{nil, []byte(cfb.Magic), make([]byte, 2048), append([]byte(cfb.Magic), make([]byte, 4096)...)} {
		_, err := cfb.Open(data)
		assert.ErrorIs(t, err, cfb.ErrFormat)
	}
}

// FuzzOpen: streams together are no longer than the file, and what is read can
// be written and read again.
func FuzzOpen(f *testing.F) {
	f.Add(cfb.Write(storage("Root Entry", storage("In", stream("Mini", []byte("deep"))), stream("Large", filled(5000)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := cfb.Open(data)
		if err != nil {
			return
		}
		if n := total(file.Root); n > 2*len(data) { // the stream of small streams counts twice
			t.Fatalf("%d bytes in streams of a file of %d", n, len(data))
		}
		again, err := cfb.Open(cfb.Write(file.Root))
		if err != nil {
			t.Fatal(err)
		}
		if total(again.Root) != total(file.Root) {
			t.Fatalf("%d bytes became %d", total(file.Root), total(again.Root))
		}
	})
}

func total(e *cfb.Entry) int {
	n := len(e.Data)
	for _, c := range e.Children {
		n += total(c)
	}
	return n
}
