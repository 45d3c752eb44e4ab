package gitdir

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// The tables under testdata/reftable were written by the reference implementation
// (github.com/google/reftable), with values that are hashes of numbers.

func tableID(n, size int) (id objects.ID) {
	sum := sha256.Sum256([]byte(fmt.Sprint(n)))
	copy(id[:size], sum[:size])
	return id
}

// room is what a stack may hold.
func room() *int {
	n := maxHeld
	return &n
}

func stackFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "reftable", name+".ref"))
	require.NoError(t, err)
	return data
}

func TestReftable(t *testing.T) {
	for name, want := range map[string]struct{ size, refs, logs int }{
		"aligned": {20, 60, 40}, "unaligned": {20, 60, 40}, "small": {20, 5, 8}, "sha256": {32, 60, 40},
	} {
		refs, logs := map[string]refValue{}, map[string]map[uint64]LogEntry{}
		require.NoError(t, parseReftable(stackFile(t, name), want.size, refs, logs, room()), name)
		assert.Len(t, refs, want.refs+2, name)
		assert.Equal(t, refValue{target: "refs/heads/b003"}, refs["HEAD"], name)
		assert.Equal(t, tableID(7, want.size), refs["refs/tags/v1"].id, name)
		for i := range want.refs {
			assert.Equal(t, tableID(i, want.size), refs[fmt.Sprintf("refs/heads/b%03d", i)].id, name)
		}
		for i := range want.logs {
			e := logs[fmt.Sprintf("refs/heads/b%03d", i/4)][uint64(1+3-i%4)]
			assert.Equal(t, tableID(i, want.size), e.New, name)
			assert.Equal(t, tableID(i+1, want.size), e.Old, name)
			assert.Equal(t, fmt.Sprintf("change %d", i), e.Message, name)
			assert.EqualValues(t, 1_700_000_000+i, e.When.Unix(), name)
		}
		other := 52 - want.size
		assert.ErrorContains(t, parseReftable(stackFile(t, name), other, refs, logs, room()), "other hashes", name)
	}
}

// TestStackOfReftables: a later table goes before an earlier one, and removes refs.
func TestStackOfReftables(t *testing.T) {
	git := t.TempDir()
	for _, dir := range []string{"objects", "refs", "reftable"} {
		require.NoError(t, os.Mkdir(filepath.Join(git, dir), 0o755))
	}
	write := func(name string, data []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(git, name), data, 0o644))
	}
	write("HEAD", []byte("ref: refs/heads/.invalid\n"))
	write("refs/heads", []byte("this repository uses the reftable format\n"))
	write("config", []byte("[core]\nrepositoryformatversion = 1\n[extensions] refstorage = reftable\n"))
	open := func(list ...string) *Dir {
		t.Helper()
		for _, name := range list {
			write("reftable/"+name+".ref", stackFile(t, name))
		}
		write("reftable/tables.list", []byte(strings.Join(list, ".ref\n")+".ref\n"))
		d, err := Find(git)
		require.NoError(t, err)
		return d
	}
	d := open("aligned", "later")
	branch, ok := d.Branch()
	assert.True(t, ok)
	assert.Equal(t, "b003", branch)
	head, born, err := d.Parent()
	require.NoError(t, err)
	assert.True(t, born)
	assert.Equal(t, tableID(1003, 20), head)
	_, ok = d.Resolve("refs/heads/b010")
	assert.False(t, ok, "it was removed")
	id, ok := d.Resolve("refs/heads/b050")
	assert.True(t, ok)
	assert.Equal(t, tableID(50, 20), id, "only the first table has it")
	log := d.Reflog("refs/heads/b001")
	require.Len(t, log, 4)
	assert.Equal(t, tableID(4, 20), log[3].New, "the newest comes last")
	names := map[string]bool{}
	for _, r := range d.Roots(func(path string, why finding.Reason) { assert.Fail(t, path, why.Detail) }) {
		names[fmt.Sprint(r.Name, r.Log)] = true
	}
	assert.True(t, names["refs/heads/b050false"] && names["refs/heads/b001true"] && !names["refs/heads/b010false"])

	write("MERGE_HEAD", []byte(tableID(5, 20).String()+"\n"))
	merged, err := d.MergeHeads()
	require.NoError(t, err)
	assert.Len(t, merged, 1, "it is a file all the same")

	write("reftable/tables.list", nil)
	d, err = Find(git)
	require.NoError(t, err)
	_, _, err = d.Parent()
	assert.ErrorContains(t, err, "HEAD is not in the reftable")
	write("reftable/tables.list", []byte("../config\n"))
	d, err = Find(git)
	require.NoError(t, err)
	_, _, err = d.Parent()
	assert.ErrorContains(t, err, "lies elsewhere")
	whole := stackFile(t, "aligned")
	write("reftable/cut.ref", whole[:len(whole)/2])
	write("reftable/tables.list", []byte("cut.ref\n"))
	d, err = Find(git)
	require.NoError(t, err)
	rows := map[string]string{}
	d.Roots(func(path string, why finding.Reason) { rows[path] = why.Detail })
	assert.Contains(t, rows[".git/reftable"], "reftable cut.ref")
}

// FuzzReftable wants of any bytes an error, or names that they can pay for.
func FuzzReftable(f *testing.F) {
	for _, name := range []string{"aligned", "unaligned", "small", "sha256", "later"} {
		f.Add(stackFile(f, name), name == "sha256")
	}
	f.Fuzz(func(t *testing.T, data []byte, long bool) {
		size := 20
		if long {
			size = 32
		}
		refs, logs := map[string]refValue{}, map[string]map[uint64]LogEntry{}
		if parseReftable(data, size, refs, logs, room()) != nil {
			return
		}
		total := 0
		for name := range refs {
			total += len(name)
		}
		require.LessOrEqual(t, total, maxGrowth*len(data)+1<<16)
	})
}

// FuzzSettings wants of any bytes settings that are written again read the same.
func FuzzSettings(f *testing.F) {
	f.Add("[core] bare = false ; as it is\n\tignorecase\n[remote \"a \\\"b\"] url = \"x # y\" z \\\n more\n")
	f.Add("\ufeff[a.B]\r\nc=d\r\n[section]e = \"\\t\\n\\\\\"")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseSettings(text)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, e := range all {
			fmt.Fprintf(&b, "[%s", e.section)
			if e.sub != "" {
				fmt.Fprintf(&b, " \"%s\"", strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e.sub))
			}
			fmt.Fprintf(&b, "]%s", e.key)
			if !e.bare {
				fmt.Fprintf(&b, "=\"%s\"", strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\b", `\b`).Replace(e.value))
			}
			b.WriteString("\n")
		}
		again, err := parseSettings(b.String())
		require.NoError(t, err, b.String())
		require.Equal(t, all, again)
	})
}
