// Package buildinfo tells which build of the program this is.
package buildinfo

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// release is set by the linker for releases; otherwise the module's own version is it.
var release = ""

const development = "(devel)"

// Version returns the release or the module's version; "(devel)" if there is neither.
func Version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return development
}

// ID tells one build from another: by its version if that names one source, and else by
// the bytes of the program.
func ID() (string, error) {
	v := Version()
	if v != development && !strings.HasSuffix(v, "+dirty") {
		return v, nil
	}
	digest, err := digest()
	if err != nil {
		return "", fmt.Errorf("tell this build from others: %w", err)
	}
	return fmt.Sprintf("%s %x", v, digest), nil
}

func digest() ([]byte, error) {
	file, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
