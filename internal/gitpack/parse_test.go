package gitpack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTreesAsGitLists(t *testing.T) {
	dir := loadHistory(t, 12)
	trees := 0
	for id, o := range objectsOf(t, dir) {
		if o.kind != Tree {
			continue
		}
		trees++
		var got strings.Builder
		for rest := o.data; len(rest) > 0; {
			var e TreeEntry
			var err error
			e, rest, err = NextTreeEntry(rest, sha1Len)
			require.NoError(t, err)
			kind := "blob"
			if e.Mode.IsTree() {
				kind = "tree"
			}
			fmt.Fprintf(&got, "%06o %s %s\t%s\n", e.Mode, kind, e.OID, e.Name)
		}
		assert.Equal(t, git(t, dir, nil, "ls-tree", id.String()), got.String())
		if trees == 8 {
			return
		}
	}
}

func octopus(t *testing.T, dir string) {
	t.Helper()
	args := []string{"commit-tree", "main^{tree}", "-m", "octopus"}
	for i := range 5 {
		args = append(args, "-p", "main~"+strconv.Itoa(i*3))
	}
	git(t, dir, nil, "update-ref", "refs/heads/octopus", strings.TrimSpace(git(t, dir, nil, args...)))
}

func TestCommitGraphSaysWhatCommitsSay(t *testing.T) {
	for name, write := range map[string]func(t *testing.T, dir string){
		"one file": func(t *testing.T, dir string) {
			octopus(t, dir)
			git(t, dir, nil, "commit-graph", "write", "--reachable")
		},
		"without corrected dates": func(t *testing.T, dir string) {
			octopus(t, dir)
			git(t, dir, nil, "-c", "commitGraph.generationVersion=1", "commit-graph", "write", "--reachable")
		},
		"chain": func(t *testing.T, dir string) {
			start := git(t, dir, nil, "rev-list", "main~10")
			git(t, dir, strings.NewReader(start), "commit-graph", "write", "--stdin-commits", "--split=no-merge")
			octopus(t, dir)
			git(t, dir, nil, "commit-graph", "write", "--reachable", "--split=no-merge")
			chain, err := os.ReadFile(filepath.Join(dir, "objects/info/commit-graphs/commit-graph-chain"))
			require.NoError(t, err)
			require.Len(t, strings.Fields(string(chain)), 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := loadHistory(t, 25)
			write(t, dir)
			r, err := Open(dir, Options{})
			require.NoError(t, err)
			g, err := r.CommitGraph()
			require.NoError(t, err)
			require.NotNil(t, g)
			sameAsCommits(t, dir, g)
			assert.Equal(t, 26, g.Len())
			require.NoError(t, g.Close())
			require.NoError(t, r.Close())
		})
	}
}

// sameAsCommits compares a commit graph with what git says of each commit.
func sameAsCommits(t *testing.T, dir string, g *CommitGraph) {
	t.Helper()
	want := map[string]string{} // tree, date and parents, by name
	for line := range strings.Lines(git(t, dir, nil, "log", "--all", "--format=%H %T %ct %P")) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[name] = rest
	}
	require.Len(t, want, g.Len())
	var c, parent GraphCommit
	for pos := range uint32(g.Len()) {
		id, err := g.OID(pos)
		require.NoError(t, err)
		found, ok := g.Find(id)
		require.True(t, ok)
		require.Equal(t, pos, found)
		require.NoError(t, g.Commit(pos, &c))
		got := fmt.Sprintf("%s %d", c.Tree, c.Time)
		for _, p := range c.Parents {
			id, err := g.OID(p)
			require.NoError(t, err)
			got += " " + id.String()
			require.NoError(t, g.Commit(p, &parent))
			assert.Less(t, parent.Level, c.Level)
			if c.Corrected != 0 {
				assert.Less(t, parent.Corrected, c.Corrected)
			}
		}
		assert.Equal(t, want[id.String()], got)
	}
	assert.Error(t, g.Commit(uint32(g.Len()), &c))
	_, ok := g.Find(OID{9})
	assert.False(t, ok)
}

func TestNoCommitGraph(t *testing.T) {
	r, err := Open(loadHistory(t, 1), Options{})
	require.NoError(t, err)
	g, err := r.CommitGraph()
	assert.NoError(t, err)
	assert.Nil(t, g)
	require.NoError(t, r.Close())
}
