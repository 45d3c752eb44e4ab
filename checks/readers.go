package checks

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/checks/api"
	"github.com/deputy-sec/deputy/checks/cloudformation"
	"github.com/deputy-sec/deputy/checks/iam"
	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/checks/terraform"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// unitsOf reads what a file holds: the readers decide by its content. It returns the files
// that were read as a part of it, too.
func (r *run) unitsOf(file *policy.File) (units []*policy.Unit, covered []*policy.File, err error) {
	switch {
	case api.IsProto(file.Text):
		u, err := api.Proto(file, r.tree)
		return one(u), nil, err
	case api.IsGraphQL(file.Text) && !structured(file.Text):
		u, err := api.GraphQL(file)
		if err != nil && !strings.Contains(path.Ext(file.Path), "graphql") && path.Ext(file.Path) != ".gql" {
			err = nil // it only looked like one
		}
		return one(u), nil, err
	}
	if fenced(file.Text) {
		units, err := r.snippets(file, iam.Fences(file.Text))
		return units, nil, err
	}
	if shellScript(file.Text) {
		units, err := r.snippets(file, iam.Heredocs(file.Text, 0, len(file.Text)))
		return units, nil, err
	}
	if !structured(file.Text) {
		return r.loneModule(file), nil, nil
	}
	nodes, err := syntax.Documents(file)
	for _, n := range nodes {
		if api.IsOpenAPI(n) {
			u, err := api.OpenAPI(file, n, r.tree)
			if err != nil {
				return units, covered, err
			}
			units = append(units, u)
		}
		if iam.Is(n) {
			units = append(units, iam.File(file, n))
		}
		if terraform.IsPlan(n) {
			u, err := terraform.ReadPlan(file, n)
			if err != nil {
				return units, covered, err
			}
			units = append(units, u)
		}
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

// loneModule reads a file that is HCL whatever its name is: main.tf.example.
func (r *run) loneModule(file *policy.File) []*policy.Unit {
	if !terraform.Is(file.Text) {
		return nil
	}
	u, _, err := terraform.Read(path.Dir(file.Path), []*policy.File{file}, r.tree)
	if err != nil {
		return nil // it only looked like one
	}
	return []*policy.Unit{u}
}

// readModules reads the directories that are modules. One that others call is read with
// their arguments, and by itself only if examples alone call it: then it is there for
// strangers to call.
func (r *run) readModules() {
	called := map[string]bool{}
	each(r.ctx, r.options.Jobs, slices.Sorted(maps.Keys(r.dirs)), func(dir string) {
		files := r.tree.Module(dir)
		if len(files) == 0 {
			return
		}
		u, read, err := terraform.Read(dir, files, r.tree)
		if u != nil {
			r.judge(u)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil {
			r.unexamined(dir, err)
		}
		if u != nil {
			r.report.Examined++
		}
		for d := range read {
			if r.tree.has(d) {
				r.covered[d] = true // a template, or a policy: read with what is filled in
				continue
			}
			called[d] = called[d] || !exampleDir(dir)
		}
	})
	for i, j := range r.judged {
		if dir := path.Dir(j.path); called[dir] && terraform.IsModule(j.path) {
			r.judged[i].verdicts = nil
		}
	}
}

// exampleDir reports whether a directory holds examples or tests.
func exampleDir(dir string) bool {
	for _, part := range strings.Split(dir, "/") {
		switch strings.ToLower(part) {
		case "example", "examples", "test", "tests", "testing", "fixtures", "test-fixtures", "usage", "sample", "samples", "demo":
			return true
		}
	}
	return false
}

// snippets reads policies, templates and modules that stand in a text of another kind.
// What is broken off, as examples often are, is unexamined only if it was a trust policy.
func (r *run) snippets(file *policy.File, snippets []iam.Snippet) (units []*policy.Unit, err error) {
	for _, s := range snippets {
		text := file.Text[s.Start:s.End]
		if !promising(text) {
			continue
		}
		trimmed := bytes.TrimLeft(text, " \t\r\n")
		switch {
		case len(trimmed) > 0 && trimmed[0] == '{':
			u, fault := r.jsonSnippet(file, s, len(units)+1)
			if u != nil {
				units = append(units, u)
			} else if fault != nil && bytes.Contains(text, []byte("sts:AssumeRole")) && bytes.Contains(text, []byte("Statement")) {
				err = fault
			}
		case resourceMark.Match(text):
			nodes, _ := syntax.YAML(file, text, s.Start)
			for _, n := range nodes {
				if cloudformation.Is(n) {
					if u, _, err := cloudformation.Read(file, n, nil); err == nil {
						units = append(units, u)
					}
				}
			}
		case terraform.Is(text):
			units = append(units, moduleIn(file, s)...)
		case bytes.Contains(text, []byte("<<")):
			inner, fault := r.snippets(file, iam.Heredocs(file.Text, s.Start, s.End))
			units = append(units, inner...)
			if fault != nil {
				err = fault
			}
		}
		if len(units) > maxUnits {
			return units, finding.OverBudget.Because("more snippets than are read")
		}
	}
	return units, err
}

// moduleIn reads HCL that documentation shows. The modules that it calls are those of
// whoever copies it.
func moduleIn(file *policy.File, s iam.Snippet) []*policy.Unit {
	u, _, err := terraform.Read(path.Dir(file.Path), []*policy.File{only(file, s)}, nowhere{})
	if err != nil {
		return nil // broken off, as examples are
	}
	return []*policy.Unit{u}
}

// only returns a file of which a snippet alone is left, where it stood.
func only(file *policy.File, s iam.Snippet) *policy.File {
	rest := &policy.File{Path: file.Path, Text: slices.Clone(file.Text)}
	for i := range rest.Text {
		if (i < s.Start || i >= s.End) && rest.Text[i] != '\n' {
			rest.Text[i] = ' '
		}
	}
	return rest
}

// nowhere is a tree that holds nothing.
type nowhere struct{}

func (nowhere) Module(string) []*policy.File { return nil }

func (nowhere) Find(*policy.File, string) *policy.File { return nil }

// maxUnits bounds how many snippets of one file are examined.
const maxUnits = 300

func (r *run) jsonSnippet(file *policy.File, s iam.Snippet, number int) (*policy.Unit, error) {
	v := iam.Text(file, s)
	text, err := syntax.NewText(v)
	if err != nil {
		return nil, err
	}
	n, err := text.JSON()
	if err != nil {
		return nil, finding.Damaged.Because("a policy in the text is not JSON")
	}
	switch {
	case iam.Is(n):
		return iam.Unit(file, text.Value(n), number, true), nil
	case cloudformation.Is(n) && !s.Shell:
		u, _, err := cloudformation.Read(file, n, nil)
		return u, err
	}
	return nil, nil
}

// one is a list of a unit, if there is one.
func one(u *policy.Unit) []*policy.Unit {
	if u == nil {
		return nil
	}
	return []*policy.Unit{u}
}
