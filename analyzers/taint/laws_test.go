package taint

import (
	"cmp"
	"testing"
	"testing/quick"

	"github.com/stretchr/testify/require"
)

// set makes a taint of a few labels out of arbitrary bytes.
func set(bytes []byte) Taint {
	var t Taint
	for i, b := range bytes {
		if i >= 12 {
			break
		}
		t = t.union(Taint{{Label: Label{mark: mark{Kind: Kind(b % 3), Param: int(b>>2) % 5}}}})
	}
	return t
}

func TestUnionIsAJoin(t *testing.T) {
	law := func(name string, f any) {
		t.Helper()
		require.NoError(t, quick.Check(f, nil), name)
	}
	law("idempotent", func(a []byte) bool { return set(a).union(set(a)).equal(set(a)) })
	law("commutative", func(a, b []byte) bool { return set(a).union(set(b)).equal(set(b).union(set(a))) })
	law("associative", func(a, b, c []byte) bool {
		return set(a).union(set(b)).union(set(c)).equal(set(a).union(set(b).union(set(c))))
	})
	law("an upper bound", func(a, b []byte) bool {
		u := set(a).union(set(b))
		for _, x := range append(set(a), set(b)...) {
			if !u.has(x.Label) {
				return false
			}
		}
		return true
	})
}

func TestJoinOfCellsKeepsCertaintiesOfBothOnly(t *testing.T) {
	sure, unsure := cell{known: true, cleaned: true}, cell{opaque: true}
	require.Equal(t, cell{opaque: true}, sure.join(unsure))
	require.Equal(t, sure.join(unsure), unsure.join(sure))
	require.True(t, sure.join(sure).equal(sure))
}

func TestPathsAreInterned(t *testing.T) {
	root := newPaths()
	p := root.at(field(3)).at(anyElement).at(element("a.b[}")).at(mapKeys).at(result(1)).at(field(12))
	require.Same(t, p, root.joinAll(p.segments()))
	require.Same(t, p, root.at(field(3)).join(p.rest()))
	require.Equal(t, field(3), p.first())
	require.Equal(t, ".3[]{a.b[}}#@1.12", p.String())
	require.Same(t, root.at(result(1)).at(field(12)), p.from(p.parent.parent))
	require.Same(t, root, p.from(p))
	require.True(t, p.below(root.at(field(3))))
	require.False(t, root.at(field(12)).below(root.at(field(1))), "another field")
	require.False(t, p.below(p))
	require.True(t, p.many)
	require.False(t, root.at(field(3)).many)
}

func TestPathsEndAtTheirBound(t *testing.T) {
	p := newPaths()
	for range 3 * maxPath {
		p = p.at(field(0))
	}
	require.Equal(t, maxPath, p.len)
	require.Same(t, p, p.at(mapKeys), "what lies deeper is merged into its ancestor")
}

func TestPathsHaveATotalOrder(t *testing.T) {
	root := newPaths()
	ordered := []*path{
		nil, root, root.at(mapKeys), root.at(field(2)), root.at(field(2)).at(field(11)), root.at(field(2)).at(anyElement),
		root.at(field(10)), root.at(anyElement), root.at(element("")), root.at(element("a")), root.at(element("a")).at(field(0)), root.at(element("b")),
	}
	for i, p := range ordered {
		for j, q := range ordered {
			require.Equal(t, cmp.Compare(i, j), p.compare(q), "%d %d", i, j)
		}
	}
}

func TestLabelsAreBounded(t *testing.T) {
	var all Taint
	for i := range 3 * maxLabels {
		all = all.union(Taint{{Label: Label{mark: mark{Param: i}}}})
	}
	require.Len(t, all, maxLabels)
}

func TestPathsLoseTheirMajorVersion(t *testing.T) {
	require.Equal(t, "github.com/labstack/echo", unversioned("github.com/labstack/echo/v4"))
	require.Equal(t, "gopkg.in/DataDog/dd-trace-go/ddtrace", unversioned("gopkg.in/DataDog/dd-trace-go.v1/ddtrace"))
	require.Equal(t, "k8s.io/klog", unversioned("k8s.io/klog/v2"))
}
