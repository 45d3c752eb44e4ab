package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/diagnostic"
)

// output is a report to be written: to a file, or to standard output if name is
// empty or "-".
type output struct {
	name   string
	format format
	color  string
	volume volume
	stdout io.Writer
	notice func(string)
	file   *outputFile // nil for standard output
}

// wanted lists the reports that the flags ask for. A format that is not known, by
// name or by extension, is an error before anything is scanned.
func (o *scanOptions) wanted(stdout io.Writer, notice func(string)) ([]*output, error) {
	if o.format != "" {
		if _, err := formatNamed(o.format); err != nil {
			return nil, err
		}
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return nil, fmt.Errorf("unknown --color %q: want auto, always or never", o.color)
	}
	names := o.outputs
	if len(names) == 0 {
		names = []string{""}
	}
	var outs []*output
	for i, name := range names {
		if slices.ContainsFunc(names[:i], func(other string) bool { return filepath.Clean(other) == filepath.Clean(name) }) {
			return nil, fmt.Errorf("output: %s is named twice", name)
		}
		if name == "" && len(o.outputs) > 0 {
			return nil, errors.New("output: the name of the file is empty")
		}
		format, err := chooseFormat(o.format, name, len(names))
		if err != nil {
			return nil, err
		}
		outs = append(outs, &output{name: name, format: format, color: o.color, volume: o.volume, stdout: stdout, notice: notice})
	}
	return outs, nil
}

// spare refuses outputs that would take the place of a file that is to be examined.
func spare(outs []*output, targets []string) error {
	for _, out := range outs {
		written, err := os.Stat(out.name)
		if err != nil || !written.Mode().IsRegular() {
			continue // it does not exist yet, or is not replaced
		}
		for _, target := range targets {
			if read, err := os.Stat(target); err == nil && os.SameFile(read, written) {
				return fmt.Errorf("output: %s is a target: its report would take its place", out.name)
			}
		}
	}
	return nil
}

// openOutputs opens outputs before there is anything to write, and returns those
// that can be written. The error says which cannot; it does not keep the others from
// it. One that tells secrets is for its owner only.
func openOutputs(outs []*output, secrets bool) ([]*output, error) {
	var open []*output
	var errs []error
	for _, out := range outs {
		if out.name != "" && out.name != "-" {
			f, err := openOutput(out.name, secrets)
			if err != nil {
				errs = append(errs, fmt.Errorf("output: %w", err))
				continue
			}
			out.file = f
		}
		open = append(open, out)
	}
	return open, errors.Join(errs...)
}

// abandon removes what was begun of outputs and is not written.
func abandon(outs []*output) {
	for _, out := range outs {
		if out.file != nil {
			out.file.abandon()
		}
	}
}

func (out *output) write(r *report.Result) error {
	return out.writeWith(func(w io.Writer) error { return out.writer(w).Write(w, r) })
}

// writeWith lets write fill the output.
func (out *output) writeWith(write func(io.Writer) error) error {
	if out.file == nil {
		return write(out.stdout)
	}
	if err := out.file.fill(write); err != nil {
		return fmt.Errorf("output: %s: %w", out.name, err)
	}
	return nil
}

func (out *output) writer(w io.Writer) report.Writer {
	return out.format.writer(look{out: w, color: out.color, volume: out.volume, notice: out.notice})
}

// outputFile is a file that is replaced as a whole, or not at all: what is written
// lies beside it until it is complete. What cannot be replaced, as a pipe or a file
// in a directory that is not ours, is written as it is.
type outputFile struct {
	*os.File
	name  string // what the file beside it becomes; "" if it is written as it is
	plain bool   // a regular file that is written as it is
}

func openOutput(name string, secrets bool) (*outputFile, error) {
	mode := os.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real // a link stays a link
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &outputFile{File: f}, nil
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if secrets {
		mode = 0o600
	}
	beside := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()[:10])
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrPermission) && info != nil {
		if f, err := os.OpenFile(name, os.O_WRONLY, 0); err == nil {
			return &outputFile{File: f, plain: true}, nil
		}
	}
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			p.Path = name // nobody asked for the one beside it
		}
		return nil, err
	}
	if info != nil {
		err = f.Chmod(mode) // whatever the umask says
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(beside))
	}
	return &outputFile{File: f, name: name}, nil
}

func (f *outputFile) fill(write func(io.Writer) error) error {
	if f.plain {
		var whole bytes.Buffer
		if err := write(&whole); err != nil {
			return errors.Join(err, f.Close())
		}
		_, err := f.Write(whole.Bytes())
		return errors.Join(err, f.Truncate(int64(whole.Len())), f.Close())
	}
	err := errors.Join(write(f), f.Close())
	if f.name == "" {
		return err
	}
	if err == nil {
		err = os.Rename(f.File.Name(), f.name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.File.Name()))
	}
	f.name = ""
	return err
}

// abandon removes the file beside, if it is still there.
func (f *outputFile) abandon() {
	if f.name != "" {
		_ = f.Close()
		_ = os.Remove(f.File.Name()) // at worst an empty file stays
		f.name = ""
	}
}

// writeDiagnosed writes a result to outputs: as text in lines as compilers write them, and
// in every other format as scan does. One that fails does not keep the others from it.
func writeDiagnosed(outputs []*output, r *report.Result, lines diagnostic.Writer) error {
	var errs []error
	static := *r
	static.Static = true
	r = &static
	for _, out := range outputs {
		if out.format.name == "text" {
			errs = append(errs, out.writeWith(func(w io.Writer) error { return lines.Write(w, r) }))
		} else {
			errs = append(errs, out.write(r))
		}
	}
	return errors.Join(errs...)
}
