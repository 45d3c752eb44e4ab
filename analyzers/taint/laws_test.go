package taint

import (
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
		t = t.union(Taint{{Label: Label{Kind: Kind(b % 3), Param: int(b>>2) % 5}}})
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

func TestPathsAreCutAtTheirSegments(t *testing.T) {
	require.Equal(t, []string{".3", "[]", "{a.b[}", "#", "@1", ".12"}, segments(".3[]{a.b[}#@1.12"))
	require.Equal(t, []string{".3[]", ".3", ""}, parents(".3[].1"))
	require.True(t, below(".1.2", ".1"))
	require.False(t, below(".12", ".1"), ".12 is another field")
	require.False(t, below(".1", ".1"))
}

func TestLabelsAreBounded(t *testing.T) {
	var all Taint
	for i := range 3 * maxLabels {
		all = all.union(Taint{{Label: Label{Param: i}}})
	}
	require.Len(t, all, maxLabels)
}

func TestPathsLoseTheirMajorVersion(t *testing.T) {
	require.Equal(t, "github.com/labstack/echo", unversioned("github.com/labstack/echo/v4"))
	require.Equal(t, "gopkg.in/DataDog/dd-trace-go/ddtrace", unversioned("gopkg.in/DataDog/dd-trace-go.v1/ddtrace"))
	require.Equal(t, "k8s.io/klog", unversioned("k8s.io/klog/v2"))
}
