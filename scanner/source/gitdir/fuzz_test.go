package gitdir

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// entry is an index entry in the format of the file.
func entry(version int, path string, drop byte) []byte {
	b := make([]byte, statSize+20)
	b[statSize] = 1
	if version == 4 {
		b = append(b, 0, 0, drop)
		return append(append(b, path...), 0)
	}
	b = append(b, 0, byte(len(path)))
	b = append(append(b, path...), 0)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	return b
}

func index(version, count int, entries ...[]byte) []byte {
	b := append([]byte("DIRC"), 0, 0, 0, byte(version))
	b = binary.BigEndian.AppendUint32(b, uint32(count))
	for _, e := range entries {
		b = append(b, e...)
	}
	return append(b, make([]byte, 20)...)
}

// FuzzIndex wants of any bytes an error or an index that is no larger than they
// can pay for.
func FuzzIndex(f *testing.F) {
	f.Add(index(2, 2, entry(2, "a", 0), entry(2, "dir/b", 0)), false)
	f.Add(index(4, 2, entry(4, "dir/a", 0), entry(4, "b", 1)), false)
	f.Add(index(2, 1<<30), true)
	f.Fuzz(func(t *testing.T, data []byte, long bool) {
		size := 20
		if long {
			size = 32
		}
		x, err := parseIndex(data, size)
		if err != nil {
			return
		}
		total := 0
		entries := x.Entries()
		for _, e := range entries {
			require.NotEmpty(t, e.Path)
			require.NotContains(t, e.Path, "\x00")
			total += len(e.Path)
		}
		require.LessOrEqual(t, total, maxGrowth*len(data))
		require.LessOrEqual(t, len(entries)*statSize, len(data))
		// However it is gone through, it is the same.
		for skip := range min(len(entries), 5) {
			c := x.Cursor()
			c.Skip(skip)
			for _, want := range entries[skip:] {
				require.True(t, c.Next())
				require.Equal(t, want, c.Entry())
			}
			require.False(t, c.Next())
		}
	})
}

func TestIndexThatGrowsWithTheSquare(t *testing.T) {
	var entries [][]byte
	for range 20_000 {
		entries = append(entries, entry(4, strings.Repeat("x", 60), 0))
	}
	_, err := parseIndex(index(4, len(entries), entries...), 20)
	assert.ErrorIs(t, err, errIndex)
}

// TestAnIndexOfTooManyPathsIsOverBudget: it says how many, and no memory is taken for them.
func TestAnIndexOfTooManyPathsIsOverBudget(t *testing.T) {
	_, err := parseIndex(index(2, maxIndexed+1), 20)
	require.Error(t, err)
	assert.Equal(t, finding.OverBudget, finding.ReasonOf(err).Code)
}

// TestRootsBeyondTheBoundAreSaidOnce: those before it count.
func TestRootsBeyondTheBoundAreSaidOnce(t *testing.T) {
	var said []finding.Reason
	c := newRootCollector(20, func(_ string, why finding.Reason) { said = append(said, why) })
	c.refs, c.log = maxRefs-1, maxLogged-1
	for _, hex := range []string{"1a", "1b", "1c"} {
		id := strings.Repeat(hex, 20)
		c.parsePacked([]byte(id + " refs/heads/" + hex + "\n"))
		c.parseLog("HEAD", []byte(id+" "+id+" A <a> 1 +0000\tm\n"))
	}
	assert.Len(t, c.roots, 2)
	require.Len(t, said, 2)
	assert.Equal(t, finding.OverBudget, said[0].Code)
}

// FuzzRefs wants of any bytes in refs, logs and configuration neither panic nor
// hang, and no ID that is not written there.
func FuzzRefs(f *testing.F) {
	id := strings.Repeat("1f", 20)
	f.Add([]byte(id + " refs/heads/main\n^" + id + "\n"))
	f.Add([]byte("ref: refs/heads/main\n"))
	f.Add([]byte(id + " " + id + " A <a> 1 +0000\tcommit: x\n"))
	f.Add([]byte("[extensions]\n\tobjectformat = sha256\n[remote \"x\"]\n\tpromisor = true\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := newRootCollector(20, func(path string, why finding.Reason) { require.NotEmpty(t, path+why.Detail) })
		for line := range bytes.Lines(data) {
			c.parsePacked(line)
			c.parsePseudo("FETCH_HEAD", line)
			c.parseLog("logs/HEAD", line)
			parseReflog(line)
		}
		c.parseLoose("refs/heads/main", data)
		for _, r := range c.roots {
			require.Contains(t, strings.ToLower(string(data)), r.ID.String())
		}
		settings, _ := parseSettings(string(data))
		config := Config{settings: settings}
		config.derive() // anything but a panic
	})
}
