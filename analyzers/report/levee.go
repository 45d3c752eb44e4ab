package report

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// A project that comes from go-flow-levee has its suppressions in place. They count
// here, too, for every pass: a comment with a line that begins with these words, at the
// call, at the function's name or at the statement. They need no reason and are never
// stale, since levee's findings are not ours.
const leveeWords = "levee.DoNotReport"

// leveeNodes are the nodes of a file that such a comment belongs to.
func (r *Reporter) leveeNodes(f *ast.File) map[ast.Node]bool {
	nodes, ok := r.levee[f]
	if ok {
		return nodes
	}
	for _, g := range f.Comments {
		if !saysLevee(g) {
			continue
		}
		for node, groups := range ast.NewCommentMap(r.pass.Fset, f, f.Comments) {
			for _, g := range groups {
				if saysLevee(g) {
					if nodes == nil {
						nodes = map[ast.Node]bool{}
					}
					nodes[node] = true
				}
			}
		}
		break
	}
	r.levee[f] = nodes
	return nodes
}

func saysLevee(g *ast.CommentGroup) bool {
	for line := range strings.SplitSeq(g.Text(), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), leveeWords) {
			return true
		}
	}
	return false
}

// leveeAllows reports whether levee would keep silent about the call at a position.
func (r *Reporter) leveeAllows(pos token.Pos) bool {
	for _, f := range r.pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		nodes := r.leveeNodes(f)
		if len(nodes) == 0 {
			return false
		}
		path, _ := astutil.PathEnclosingInterval(f, pos, pos)
		for i, n := range path {
			if i > 1 {
				break
			}
			if nodes[n] {
				return true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				continue
			}
			if fun, ok := call.Fun.(*ast.SelectorExpr); ok && (nodes[fun] || nodes[fun.X] || nodes[fun.Sel]) || nodes[call.Fun] {
				return true
			}
		}
	}
	return false
}
