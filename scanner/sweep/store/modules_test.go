package store_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// SQLite is C translated to Go, against one version of its C library: another one may not
// fit it (https://pkg.go.dev/modernc.org/sqlite, "Fragile modernc.org/libc dependency").
func TestLibcIsTheOneThatSQLitePins(t *testing.T) {
	list := func(what, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", what, module).Output()
		require.NoError(t, err)
		return strings.TrimSpace(string(out))
	}
	mod, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	require.NoError(t, err)
	pinned := regexp.MustCompile(`(?m)^\s*modernc\.org/libc (\S+)`).FindSubmatch(mod)
	require.NotNil(t, pinned)
	assert.Equal(t, string(pinned[1]), list("{{.Version}}", "modernc.org/libc"))
}
