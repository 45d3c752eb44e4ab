package driver

import (
	"bufio"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// patterns are what is analysed when nothing is named: everything below the
// directory, in each module of a workspace whose root is no module itself, where go
// list takes "./..." for an error.
func patterns(dir string) []string {
	all := []string{"./..."}
	if exists(filepath.Join(dir, "go.mod")) {
		return all
	}
	f, err := os.Open(filepath.Join(dir, "go.work"))
	if err != nil {
		return all
	}
	defer f.Close()
	var out []string
	lines := bufio.NewScanner(f)
	for inUse := false; lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "//")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == ")":
			inUse = false
		case words[0] == "use" && len(words) > 1 && words[1] == "(":
			inUse = true
		case words[0] == "use" && len(words) > 1:
			out = append(out, below(words[1]))
		case inUse:
			out = append(out, below(words[0]))
		}
	}
	if lines.Err() != nil || len(out) == 0 {
		return all
	}
	slices.Sort(out)
	return out
}

// below is the pattern of a module that go.work uses by its directory.
func below(dir string) string {
	dir = path.Clean(strings.Trim(dir, "\"`"))
	if path.IsAbs(dir) || strings.HasPrefix(dir, "../") {
		return path.Join(dir, "...")
	}
	return "./" + path.Join(dir, "...")
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
