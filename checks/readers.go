package checks

import (
	"github.com/deputy-sec/deputy/checks/cloudformation"
	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// unitsOf reads what a file holds: the readers decide by its content. It returns the files
// that were read as a part of it, too.
func (r *run) unitsOf(file *policy.File) (units []*policy.Unit, covered []*policy.File, err error) {
	if !structured(file.Text) {
		return nil, nil, nil
	}
	nodes, err := syntax.Documents(file)
	for _, n := range nodes {
		if !cloudformation.Is(n) {
			continue
		}
		u, read, err := cloudformation.Read(file, n, r.tree)
		if err != nil {
			return units, covered, err
		}
		units, covered = append(units, u), append(covered, read...)
	}
	if err != nil && !likeTemplate(file.Text) {
		err = nil // some other text that speaks of AWS
	}
	return units, covered, err
}
