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
		for e, err := range TreeEntries(o.data, sha1Len) {
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

func TestCommitsAsGitShows(t *testing.T) {
	dir := loadHistory(t, 12)
	var c CommitInfo
	for id, o := range objectsOf(t, dir) {
		if o.kind != Commit {
			continue
		}
		require.NoError(t, c.Parse(o.data, sha1Len))
		parents := make([]string, len(c.Parents))
		for i, p := range c.Parents {
			parents[i] = p.String()
		}
		got := fmt.Sprintf("%s|%s|%s|%s|%d|%s|%s", c.Tree, strings.Join(parents, " "),
			c.Committer.Name, c.Committer.Email, c.Committer.Time, c.Author.Name, o.data[c.Message:])
		want := git(t, dir, nil, "log", "-1", "--format=%T|%P|%cn|%ce|%ct|%an|%B", id.String())
		assert.Equal(t, strings.TrimSpace(want), strings.TrimSpace(got))
	}
}

func TestCommitHeaders(t *testing.T) {
	tree, parent := strings.Repeat("1", 40), strings.Repeat("a", 40)
	signed := "tree " + tree + "\nparent " + parent + "\nparent " + parent +
		"\nauthor Ann <a@example.com> 1700000000 -0330\ncommitter <> 5\nencoding latin1\n" +
		"gpgsig -----BEGIN\n author Eve <e@example.com> 1 +0000\n -----END\n\nmessage\n\nbody"
	var c CommitInfo
	require.NoError(t, c.Parse([]byte(signed), sha1Len))
	assert.Equal(t, tree, c.Tree.String())
	assert.Len(t, c.Parents, 2)
	assert.Equal(t, Signature{Name: []byte("Ann"), Email: []byte("a@example.com"), Time: 1700000000, Zone: -210}, c.Author)
	assert.Empty(t, c.Committer.Name)
	assert.Empty(t, c.Committer.Email)
	assert.Equal(t, int64(5), c.Committer.Time)
	assert.Equal(t, "latin1", string(c.Encoding))
	assert.Equal(t, "message\n\nbody", signed[c.Message:])

	for name, bad := range map[string]string{
		"no tree":       "parent " + parent + "\n\nx",
		"short tree":    "tree 1234\n\nx",
		"parent no hex": "tree " + tree + "\nparent " + strings.Repeat("x", 40) + "\n\n",
		"empty":         "",
	} {
		assert.ErrorIs(t, c.Parse([]byte(bad), sha1Len), errContent, name)
	}
}

func TestSignaturesOfTheWild(t *testing.T) {
	for in, want := range map[string]Signature{
		"A <a@b> 12 +0200":        {Name: []byte("A"), Email: []byte("a@b"), Time: 12, Zone: 120},
		"A <a@b>> 12 +0000":       {Name: []byte("A"), Email: []byte("a@b"), Time: 12},
		"A <a@b>":                 {Name: []byte("A"), Email: []byte("a@b")},
		"A <a@b 12 +0000":         {Name: []byte("A"), Email: []byte("a@b 12 +0000")},
		"nobody":                  {Name: []byte("nobody")},
		"A <a@b> -5 +99999999999": {Name: []byte("A"), Email: []byte("a@b"), Time: -5},
	} {
		got := parseSignature([]byte(in))
		assert.Equal(t, string(want.Name), string(got.Name), in)
		assert.Equal(t, string(want.Email), string(got.Email), in)
		assert.Equal(t, want.Time, got.Time, in)
		assert.Equal(t, want.Zone, got.Zone, in)
	}
}

func TestTag(t *testing.T) {
	dir := loadHistory(t, 2)
	tags := 0
	for _, o := range objectsOf(t, dir) {
		if o.kind != Tag {
			continue
		}
		tags++
		var g TagInfo
		require.NoError(t, g.Parse(o.data, sha1Len))
		assert.Equal(t, strings.TrimSpace(git(t, dir, nil, "rev-parse", "main")), g.Object.String())
		assert.Equal(t, Commit, g.Type)
		assert.Equal(t, "v1", string(g.Name))
		assert.Equal(t, "T", string(g.Tagger.Name))
		assert.Equal(t, "note", string(o.data[g.Message:]))
	}
	assert.Equal(t, 1, tags)
}

// octopus adds a commit with five parents.
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
			sameAsCommits(t, r, g)
			assert.Equal(t, 26, g.Len())
			require.NoError(t, g.Close())
			require.NoError(t, r.Close())
		})
	}
}

func sameAsCommits(t *testing.T, r *Repo, g *CommitGraph) {
	t.Helper()
	var info CommitInfo
	var c, parent GraphCommit
	for pos := range uint32(g.Len()) {
		id, err := g.OID(pos)
		require.NoError(t, err)
		found, ok := g.Find(id)
		require.True(t, ok)
		require.Equal(t, pos, found)
		_, data, err := r.Read(id)
		require.NoError(t, err)
		require.NoError(t, info.Parse(data, r.HashLen()))
		require.NoError(t, g.Commit(pos, &c))
		assert.Equal(t, info.Tree, c.Tree)
		assert.Equal(t, info.Committer.Time, c.Time)
		require.Len(t, c.Parents, len(info.Parents))
		for i, p := range c.Parents {
			id, err := g.OID(p)
			require.NoError(t, err)
			assert.Equal(t, info.Parents[i], id)
			require.NoError(t, g.Commit(p, &parent))
			assert.Less(t, parent.Level, c.Level)
			if c.Corrected != 0 {
				assert.Less(t, parent.Corrected, c.Corrected)
			}
		}
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
