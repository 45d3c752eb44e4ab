package program

import "golang.org/x/tools/go/ssa"

// Reaches reports whether a path of at least one step leads from a to b.
func Reaches(a, b *ssa.BasicBlock) bool {
	seen := make([]bool, len(a.Parent().Blocks))
	queue := append([]*ssa.BasicBlock{}, a.Succs...)
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if next == b {
			return true
		}
		if !seen[next.Index] {
			seen[next.Index] = true
			queue = append(queue, next.Succs...)
		}
	}
	return false
}
