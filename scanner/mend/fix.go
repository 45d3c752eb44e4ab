package mend

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/allowmark"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Options say what may be edited.
type Options struct {
	Root string          // directory that the findings' paths are relative to
	Keep map[string]bool // files that are left as they are, by their absolute paths or as Root makes them

	sums map[string][]sums // lists of checksums, by directory
}

// Plan is what would be done to a work tree.
type Plan struct {
	Changes []Change // by path
	Left    []Left   // by path
}

// Change is a file as it is and as it would be. It holds values.
type Change struct {
	Path          string // relative to the root, with slashes
	Before, After []byte
}

// Left is a place that stays as it is, and why.
type Left struct {
	Path  string
	Value finding.Secret // the zero secret if all that is in the file is meant
	Why   string
}

// maxFile bounds a file that is edited, in bytes.
const maxFile = 64 << 20

// Fix plans to replace the accounts among findings, of a scan of files with values and forms,
// by placeholders.
func Fix(findings []*finding.Finding, o Options) (*Plan, error) {
	p := &planner{options: o, files: map[string]*file{}, blocked: map[string]string{}}
	for _, f := range findings {
		if f.Rule.Kind == finding.AccountID {
			p.take(f)
		}
	}
	if err := p.read(); err != nil {
		return nil, err
	}
	placeholders, err := NewPlaceholders(findings, p.holds)
	if err != nil {
		return nil, err
	}
	return p.plan(placeholders), nil
}

type planner struct {
	options Options
	files   map[string]*file
	blocked map[string]string // values that stay everywhere, and why
}

// file is a file with accounts.
type file struct {
	path     string
	data     []byte
	why      string                      // it is left as it is
	accounts map[string]*finding.Finding // by value
	lines    map[string]map[int]bool     // of the sightings, by value
}

// take sorts the places of an account.
func (p *planner) take(f *finding.Finding) {
	value := f.Secret.Reveal()
	for _, s := range f.Sightings {
		if s.Path == "" || s.Layer == finding.History || s.Layer == finding.Unreachable {
			continue
		}
		if s.Line == 0 && !s.Extracted {
			p.blocked[value] = "it is part of a name: " + s.Path
			continue
		}
		at := p.files[s.Path]
		if at == nil {
			at = &file{path: s.Path, accounts: map[string]*finding.Finding{}, lines: map[string]map[int]bool{}}
			p.files[s.Path] = at
		}
		at.accounts[value] = f
		if s.Extracted {
			at.why = "it is a document, or the value is encoded in it: edit it with the program that made it"
			continue
		}
		if at.lines[value] == nil {
			at.lines[value] = map[int]bool{}
		}
		at.lines[value][s.Line] = true
	}
}

// read reads the files and finds out which stay as they are. A value that is a key in one of
// those stays everywhere: what looks it up would no longer find it.
func (p *planner) read() error {
	for _, f := range p.files {
		name := filepath.Join(p.options.Root, filepath.FromSlash(f.path))
		data, why, err := readFile(name)
		if err != nil {
			return err
		}
		f.data = data
		switch {
		case why != "":
			f.why = why
		case f.why == "":
			f.why = p.options.untouched(f.path, data)
		}
		if f.why == "" {
			continue
		}
		for value, account := range f.accounts {
			for _, form := range forms(account) {
				for _, at := range occurrences(f.data, form) {
					if isKey(f.data, at, at+len(form)) {
						p.blocked[value] = "it is a key in " + f.path + ", which stays as it is"
					}
				}
			}
		}
	}
	return nil
}

// readFile reads a regular file. Why there is nothing to edit is told by why.
func readFile(name string) (data []byte, why string, err error) {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "it is staged and not in the work tree", nil
	case err != nil:
		return nil, "", err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, "it is a link: the value is part of what it points at", nil
	case !info.Mode().IsRegular():
		return nil, "it is no regular file", nil
	case info.Size() > maxFile:
		return nil, fmt.Sprintf("it is larger than %d MiB", maxFile>>20), nil
	}
	data, err = os.ReadFile(name)
	return data, "", err
}

// holds reports whether a placeholder stands in one of the files already, where it means
// something else.
func (p *planner) holds(id string) bool {
	for _, f := range p.files {
		if bytes.Contains(f.data, []byte(id)) {
			return true
		}
	}
	return false
}

func (p *planner) plan(placeholders Placeholders) *Plan {
	out := &Plan{}
	for _, f := range p.files {
		if f.why != "" {
			out.Left = append(out.Left, Left{Path: f.path, Why: f.why})
			continue
		}
		var edits []edit
		for value, account := range f.accounts {
			if why := p.blocked[value]; why != "" {
				out.Left = append(out.Left, Left{f.path, account.Secret, why})
				continue
			}
			made := f.edits(value, account, placeholders[value])
			if len(made) == 0 {
				out.Left = append(out.Left, Left{f.path, account.Secret, "it is not written as twelve digits"})
			}
			edits = append(edits, made...)
		}
		if len(edits) > 0 {
			out.Changes = append(out.Changes, Change{f.path, f.data, apply(f.data, edits)})
		}
	}
	slices.SortFunc(out.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(out.Left, func(a, b Left) int {
		return strings.Compare(a.Path+"\x00"+a.Value.Mask(), b.Path+"\x00"+b.Value.Mask())
	})
	return out
}

// edit replaces data[start:end].
type edit struct {
	start, end int
	text       string
}

// edits returns what makes a placeholder of an account wherever it stands in a file, except
// where a mark says that it may. Where no finding says so, the digits must not be part of a
// word, as of a hash.
func (f *file) edits(value string, account *finding.Finding, placeholder string) []edit {
	var out []edit
	for _, form := range forms(account) {
		text, ok := inFormOf(form, placeholder)
		if !ok {
			continue
		}
		for _, at := range occurrences(f.data, form) {
			line := 1 + bytes.Count(f.data[:at], []byte("\n"))
			if !f.lines[value][line] && withinWord(f.data, at, at+len(form)) || allowed(f.data, at, account.Rule.ID) {
				continue
			}
			out = append(out, edit{at, at + len(form), text})
		}
	}
	return out
}

// apply carries out edits, of those that overlap the first.
func apply(data []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	var out bytes.Buffer
	done := 0
	for _, e := range edits {
		if e.start < done {
			continue
		}
		out.Write(data[done:e.start])
		out.WriteString(e.text)
		done = e.end
	}
	out.Write(data[done:])
	return out.Bytes()
}

// forms returns how an account is written: plainly, and as it was found.
func forms(f *finding.Finding) []string {
	all := []string{f.Secret.Reveal()}
	for _, form := range f.Forms {
		all = append(all, form.Text.Reveal())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// inFormOf writes a placeholder as an account is written, in the same groups; false if that is
// not written as twelve digits.
func inFormOf(form, placeholder string) (string, bool) {
	out, next := []byte(form), 0
	for i, c := range out {
		switch {
		case c < '0' || c > '9':
		case next == len(placeholder):
			return "", false
		default:
			out[i] = placeholder[next]
			next++
		}
	}
	return string(out), next == len(placeholder)
}

// occurrences returns where a form stands by itself: no digit is next to it.
func occurrences(data []byte, form string) []int {
	var out []int
	for from := 0; form != ""; {
		i := bytes.Index(data[from:], []byte(form))
		if i < 0 {
			break
		}
		at := from + i
		end := at + len(form)
		if !digitAt(data, at-1) && !digitAt(data, end) {
			out = append(out, at)
		}
		from = end
	}
	return out
}

func digitAt(data []byte, i int) bool {
	return i >= 0 && i < len(data) && '0' <= data[i] && data[i] <= '9'
}

// withinWord reports whether letters stand next to data[start:end].
func withinWord(data []byte, start, end int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(data) && 'a' <= data[i]|0x20 && data[i]|0x20 <= 'z'
	}
	return letter(start-1) || letter(end)
}

// keyEnd is what stands behind a key: the end of its quotes, and what ties it to its value. A
// colon without quotes must end the word, or it is one of an ARN's.
var keyEnd = regexp.MustCompile("^(?:[\"'`]\\]?[ \t]*(?:[:=]|=>)|[ \t]*(?::(?:[ \t\r\n]|$)|=))")

// isKey reports whether something is looked up by data[start:end].
func isKey(data []byte, start, end int) bool {
	ahead := bytes.TrimRight(data[max(0, start-64):start], " \t\"'`")
	if n := len(ahead); n > 0 && !bytes.ContainsRune([]byte("\n{,[("), rune(ahead[n-1])) && !(ahead[n-1] == '-' && startsLine(ahead[:n-1])) {
		return false
	}
	return keyEnd.Match(data[end:min(len(data), end+64)])
}

func startsLine(ahead []byte) bool {
	ahead = bytes.TrimRight(ahead, " \t")
	return len(ahead) == 0 || ahead[len(ahead)-1] == '\n'
}

// allowed reports whether a mark, in the line or alone in the one above, lets a finding of a
// rule stand.
func allowed(data []byte, at int, rule string) bool {
	start := bytes.LastIndexByte(data[:at], '\n') + 1
	end := len(data)
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		end = at + i
	}
	if m, ok := allowmark.Parse(data[start:end]); ok && m.Allows(rule) {
		return true
	}
	if start == 0 {
		return false
	}
	above := data[bytes.LastIndexByte(data[:start-1], '\n')+1 : start-1]
	m, ok := allowmark.Parse(above)
	return ok && m.Alone && m.Allows(rule)
}
