package tables

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPathsLoseTheirMajorVersion(t *testing.T) {
	require.Equal(t, "github.com/labstack/echo", Unversioned("github.com/labstack/echo/v4"))
	require.Equal(t, "gopkg.in/DataDog/dd-trace-go/ddtrace", Unversioned("gopkg.in/DataDog/dd-trace-go.v1/ddtrace"))
	require.Equal(t, "k8s.io/klog", Unversioned("k8s.io/klog/v2"))
}
