package resolve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// What stands in no file, as in a commit's message, is told by the commit; but commits
// are rewritten, and then have other names. What lasts of such a place is the line: a
// digest of it, without the values that were found in it, which could be guessed from
// one.

// spot is where an occurrence stands.
type spot struct {
	content int32
	offset  int64
}

// anchors returns what lasts of the occurrences in texts that are no files, whatever those
// are: one line may name the author of a commit, the committer and who made a tag.
func anchors(groups [][]*occurrenceGroup, c *collect.Collection, src source.Source) map[spot]string {
	spans := map[int32][]collect.Occurrence{}
	for _, of := range groups {
		for _, g := range of {
			if g.newest.Anchor == "" {
				continue
			}
			for _, o := range g.occurrences {
				spans[o.Content] = append(spans[o.Content], o)
			}
		}
	}
	out := map[spot]string{}
	for content, within := range spans {
		text, err := readText(src, c.Content(content))
		if err != nil {
			c.Unexamined("", finding.ReasonOf(err).In("the lines of a finding are not known"))
			continue
		}
		blank := bytes.Clone(text)
		for _, o := range within {
			for i := o.Offset; i < min(o.Offset+int64(o.Length), int64(len(blank))); i++ {
				if blank[i] != '\n' {
					blank[i] = 0
				}
			}
		}
		for _, o := range within {
			out[spot{content, o.Offset}] = "line " + digest(lineAt(blank, o.Offset))
		}
	}
	return out
}

func readText(src source.Source, id source.ID) ([]byte, error) {
	r, err := src.Open(id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return charset.Detect(data).Bytes(data), err
}

// lineAt returns the line that holds an offset.
func lineAt(text []byte, offset int64) []byte {
	at := int(min(max(offset, 0), int64(len(text))))
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	end := bytes.IndexByte(text[at:], '\n')
	if end < 0 {
		return text[start:]
	}
	return text[start : at+end]
}

func digest(line []byte) string {
	fields := bytes.Fields(line)
	sum := sha256.Sum256(bytes.Join(slices.Clip(fields), []byte{' '}))
	return hex.EncodeToString(sum[:6])
}
