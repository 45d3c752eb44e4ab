package integration_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// marks are the places that sources name.
type marks struct {
	planted []string // "path:line pass"
	program []string // of those, what only the whole program shows
	decoys  int
}

var (
	plantedMark = regexp.MustCompile(`// planted: (\w+)( program)?`)
	decoyMark   = regexp.MustCompile(`// decoy: \S`)
)

// readMarks reads the marks of all Go files below a directory.
func readMarks(t *testing.T, dir string) marks {
	t.Helper()
	var m marks
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			m.decoys += len(decoyMark.FindAllString(lines.Text(), -1))
			for _, hit := range plantedMark.FindAllStringSubmatch(lines.Text(), -1) {
				place := fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), n, hit[1])
				m.planted = append(m.planted, place)
				if hit[2] != "" {
					m.program = append(m.program, place)
				}
			}
		}
		return lines.Err()
	})
	require.NoError(t, err)
	require.NotEmpty(t, m.planted, "no marks in %s", dir)
	slices.Sort(m.planted)
	return m
}

// modular is what one package at a time can see.
func (m marks) modular() []string {
	return slices.DeleteFunc(slices.Clone(m.planted), func(p string) bool { return slices.Contains(m.program, p) })
}

// compare fails with what is missing and what is too much.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	slices.Sort(got)
	var diff []string
	for _, w := range want {
		if i := slices.Index(got, w); i >= 0 {
			got = slices.Delete(slices.Clone(got), i, i+1)
		} else {
			diff = append(diff, "missed: "+w)
		}
	}
	for _, g := range got {
		diff = append(diff, "false alarm: "+g)
	}
	require.Empty(t, diff, strings.Join(diff, "\n"))
}
