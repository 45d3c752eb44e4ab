package program

import "sync"

var (
	neededMu sync.Mutex
	needed   map[string]bool
)

// SetNeeded names packages that are built whatever they mention: who sees the whole
// program knows which packages an External ID passes through. nil forgets them.
func SetNeeded(paths map[string]bool) {
	neededMu.Lock()
	defer neededMu.Unlock()
	needed = paths
}

func isNeeded(path string) bool {
	neededMu.Lock()
	defer neededMu.Unlock()
	return needed[path]
}
