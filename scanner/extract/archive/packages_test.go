package archive_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz/lzma"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// arMember writes a member as ar(5) describes it.
func arMember(name, content string) string {
	pad := ""
	if len(content)%2 != 0 {
		pad = "\n"
	}
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n%s%s", name, 0, 0, 0, 0o644, len(content), content, pad)
}

func TestAr(t *testing.T) {
	const long = "a-name-that-is-too-long-for-the-header.env"
	content := []byte("!<arch>\n" +
		arMember("debian-binary", "2.0\n") +
		arMember("//", long+"/\n") +
		arMember("/0", text+"of the GNU\n") +
		arMember(fmt.Sprintf("#1/%d", len(long)), long+text+"of BSD\n"))
	extracttest.Accept(t, archive.Ar, content,
		extracttest.Want{Text: "2.0", Inside: "debian-binary"},
		extracttest.Want{Text: text + "of the GNU", Inside: long},
		extracttest.Want{Text: text + "of BSD", Inside: long})
	r, err := extractAll(t, append(content, arMember("data.tar.gz/", string(squeeze(t, tarOf(t, "etc/app.env"), compressors["gzip"])))...))
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: text, Inside: "data.tar.gz > etc/app.env"})
	_, err = extractAll(t, content[:len(content)-3])
	require.ErrorIs(t, err, extract.ErrDamaged)
}

// cpioOf writes an archive in the format newc.
func cpioOf(names ...string) []byte {
	var b bytes.Buffer
	member := func(name, content string, mode int) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00", 1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0, name)
		b.Write(make([]byte, -b.Len()&3))
		b.WriteString(content)
		b.Write(make([]byte, -b.Len()&3))
	}
	member("etc", "", 0o40755)
	for _, name := range names {
		member(name, text, 0o100644)
	}
	member("TRAILER!!!", "", 0)
	return b.Bytes()
}

func TestCpio(t *testing.T) {
	content := cpioOf("etc/app.env", "other")
	extracttest.Accept(t, archive.Cpio, content, member, extracttest.Want{Text: text, Inside: "other"})
	_, err := extractAll(t, content[:len(content)/2])
	require.ErrorIs(t, err, extract.ErrDamaged)
	r, err := extractAll(t, append(append(content, make([]byte, 512)...), squeeze(t, cpioOf("second"), compressors["gzip"])...))
	require.NoError(t, err, "as initial file systems are put together")
	extracttest.Find(t, r, extracttest.Want{Text: text, Inside: "second", Place: "behind the end of the archive"})
}

// rpmOf writes a package: a lead, two headers, and a compressed archive.
func rpmOf(t testing.TB, payload []byte) []byte {
	header := func(store string) []byte {
		b := []byte("\x8e\xad\xe8\x01\x00\x00\x00\x00")
		b = binary.BigEndian.AppendUint32(b, 1)
		b = binary.BigEndian.AppendUint32(b, uint32(len(store)))
		return append(append(b, make([]byte, 16)...), store...)
	}
	b := append([]byte("\xed\xab\xee\xdb\x03\x00"), make([]byte, 90)...)
	b = append(b, header("five!")...)
	b = append(b, make([]byte, -len("five!")&7)...)
	return append(append(b, header("built for the account\x00")...), payload...)
}

func TestRpm(t *testing.T) {
	for name, c := range compressors {
		content := rpmOf(t, squeeze(t, cpioOf("etc/app.env"), c))
		require.True(t, archive.Rpm.Claims(content))
		r, err := extractAll(t, content)
		require.NoError(t, err, name)
		extracttest.Find(t, r, member, extracttest.Want{Text: "built for the account", Place: "header"})
	}
	_, err := extractAll(t, rpmOf(t, nil)[:120])
	require.ErrorIs(t, err, extract.ErrDamaged)
}

func TestLzma(t *testing.T) {
	content := squeeze(t, tarOf(t, "etc/app.env"), func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) })
	r, err := extractAll(t, content)
	require.NoError(t, err)
	extracttest.Find(t, r, member)
	giant := bytes.Clone(content)
	binary.LittleEndian.PutUint32(giant[1:], 1<<31)
	_, err = extractAll(t, giant)
	require.ErrorContains(t, err, "over budget")
	_, err = extractAll(t, []byte("]not that at all, whatever it begins with"))
	assert.ErrorIs(t, err, extract.ErrOtherFormat)
}

func FuzzPackages(f *testing.F) {
	f.Add([]byte("!<arch>\n" + arMember("//", "long/\n") + arMember("/0", text) + arMember("#1/4", "name"+text)))
	f.Add(cpioOf("a", "b"))
	f.Add(rpmOf(f, squeeze(f, cpioOf("a"), compressors["gzip"])))
	f.Add(squeeze(f, []byte(text), func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) }))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, archive.Ar, content, archive.All()...) })
}
