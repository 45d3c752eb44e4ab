package program

import "strings"

// standard are the first elements of the standard library's paths (go list std). A
// module's path may do without a dot, so that the dot decides nothing.
var standard = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`archive bufio bytes cmp compress container context crypto database debug
		embed encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os
		path plugin reflect regexp runtime slices sort strconv strings structs sync syscall testing text time
		unicode unique unsafe vendor weak`) {
		standard[name] = true
	}
}

// IsStd reports whether a package is the standard library's.
func IsStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return standard[first]
}
