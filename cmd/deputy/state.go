package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/source/state"
)

// openState opens the file of --state; nil if there is none. One that is damaged
// costs a full scan, and is told.
func (o *examineOptions) openState(detectors *detect.Set, errs io.Writer) (*state.State, error) {
	if o.state == "" {
		return nil, nil
	}
	rules, err := o.ruleSet(detectors)
	if err != nil {
		return nil, err
	}
	s, err := state.Open(o.state, rules)
	if errors.Is(err, state.ErrDamaged) {
		_, _ = fmt.Fprintf(errs, "deputy: %v: everything is examined again\n", err)
		return s, nil
	}
	return s, err
}

// ruleSet says all that decides what is found in a content: the program, the
// rules, and how documents are read. Whatever else is set (whose an account is,
// what is known or to be reported) is applied to what was found.
func (o *examineOptions) ruleSet(detectors *detect.Set) (string, error) {
	program, err := programID()
	if err != nil {
		return "", err
	}
	tesseract, _ := exec.LookPath("tesseract") // if there is none, pictures are not read
	limits, err := o.documents.limits()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{program, detectors.Rules(), o.rules.digests(), o.documents.off, limits, tesseract})
	return string(text), err
}

// programID tells one build of deputy from another: by its version if that names
// one source, and else by its bytes.
func programID() (string, error) {
	v := version()
	if v != "(devel)" && !strings.HasSuffix(v, "+dirty") {
		return v, nil
	}
	file, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("tell this build from others: %w", err)
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("tell this build from others: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("tell this build from others: %w", err)
	}
	return fmt.Sprintf("%s %x", v, h.Sum(nil)), nil
}
