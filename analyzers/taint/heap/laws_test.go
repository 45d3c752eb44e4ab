package heap

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
		t = t.Union(Taint{{Label: Label{Mark: Mark{Kind: Kind(b % 3), Param: int(b>>2) % 5}}}})
	}
	return t
}

func TestUnionIsAJoin(t *testing.T) {
	law := func(name string, f any) {
		t.Helper()
		require.NoError(t, quick.Check(f, nil), name)
	}
	law("idempotent", func(a []byte) bool { return set(a).Union(set(a)).equal(set(a)) })
	law("commutative", func(a, b []byte) bool { return set(a).Union(set(b)).equal(set(b).Union(set(a))) })
	law("associative", func(a, b, c []byte) bool {
		return set(a).Union(set(b)).Union(set(c)).equal(set(a).Union(set(b).Union(set(c))))
	})
	law("an upper bound", func(a, b []byte) bool {
		u := set(a).Union(set(b))
		for _, x := range append(set(a), set(b)...) {
			if !u.has(x.Label) {
				return false
			}
		}
		return true
	})
}

func TestJoinOfCellsKeepsCertaintiesOfBothOnly(t *testing.T) {
	sure, unsure := Cell{Known: true, Cleaned: true}, Cell{Opaque: true}
	require.Equal(t, Cell{Opaque: true}, sure.Join(unsure))
	require.Equal(t, sure.Join(unsure), unsure.Join(sure))
	require.True(t, sure.Join(sure).Equal(sure))
}

func TestPathsAreInterned(t *testing.T) {
	root := NewPaths()
	p := root.At(Field(3)).At(AnyElement).At(Element("a.b[}")).At(MapKeys).At(Result(1)).At(Field(12))
	require.Same(t, p, root.JoinAll(p.Segments()))
	require.Same(t, p, root.At(Field(3)).Join(p.Rest()))
	require.Equal(t, Field(3), p.First())
	require.Equal(t, ".3[]{a.b[}}#@1.12", p.String())
	require.Same(t, root.At(Result(1)).At(Field(12)), p.From(p.Parent.Parent))
	require.Same(t, root, p.From(p))
	require.True(t, p.Below(root.At(Field(3))))
	require.False(t, root.At(Field(12)).Below(root.At(Field(1))), "another field")
	require.False(t, p.Below(p))
	require.True(t, p.Many)
	require.False(t, root.At(Field(3)).Many)
}

func TestAnyElementMayBeTheOneAtAKey(t *testing.T) {
	root := NewPaths()
	any, at, other := root.At(AnyElement), root.At(Element("a")), root.At(Element("b"))
	require.True(t, any.Reaches(at))
	require.True(t, at.Reaches(any.At(Field(1))))
	require.False(t, at.Reaches(other))
	require.False(t, any.Reaches(root.At(MapKeys)), "a key is no element")
	require.False(t, at.Reaches(root), "what lies below is not the whole")
	require.True(t, root.Reaches(other))
	require.Same(t, root.At(Field(1)), at.At(Field(1)).Beyond(any))
	require.Nil(t, at.Beyond(any), "nothing is left")
	require.Nil(t, at.At(Field(1)).Beyond(other))
}

func TestPathsEndAtTheirBound(t *testing.T) {
	p := NewPaths()
	for range 3 * maxPath {
		p = p.At(Field(0))
	}
	require.Equal(t, maxPath, p.len)
	require.Same(t, p, p.At(MapKeys), "what lies deeper is merged into its ancestor")
}

func TestPathsHaveATotalOrder(t *testing.T) {
	root := NewPaths()
	ordered := []*Path{
		nil, root, root.At(MapKeys), root.At(Field(2)), root.At(Field(2)).At(Field(11)), root.At(Field(2)).At(AnyElement),
		root.At(Field(10)), root.At(AnyElement), root.At(Element("")), root.At(Element("a")), root.At(Element("a")).At(Field(0)), root.At(Element("b")),
	}
	for i, p := range ordered {
		for j, q := range ordered {
			require.Equal(t, cmp.Compare(i, j), p.Compare(q), "%d %d", i, j)
		}
	}
}

func TestLabelsAreBounded(t *testing.T) {
	var all Taint
	for i := range 3 * maxLabels {
		all = all.Union(Taint{{Label: Label{Mark: Mark{Param: i}}}})
	}
	require.Len(t, all, maxLabels)
}
