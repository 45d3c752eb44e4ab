package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/fileid"
	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/source/state"
	"github.com/deputy-sec/deputy/scanner/source/target"
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
	limits, err := o.documents.limits()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal([]any{program, detectors.Rules(), o.rules.digests(), o.documents.off, limits, tesseract()})
	return string(text), err
}

// tesseract tells what reads pictures: the program and, where it is said to lie, the data
// for English.
func tesseract() []string {
	path, _ := exec.LookPath("tesseract") // if there is none, pictures are not read
	files := []string{path}
	data := os.Getenv("TESSDATA_PREFIX")
	if data != "" {
		files = append(files, filepath.Join(data, "eng.traineddata"), filepath.Join(data, "tessdata", "eng.traineddata"))
	}
	told := []string{data}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			told = append(told, fileid.Line(file, file, info))
		}
	}
	return told
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

// keeper keeps the results of targets in the state, and gives them back as long as
// neither the target has changed nor anything else that went into them.
type keeper struct {
	state *state.State
	asked string // what of a target is asked for
	given string // what a result depends on beside that, the target and the rules
}

// keeper returns nil if nothing is kept: values never are.
func (o *examineOptions) keeper(s *state.State, engine scanner.Options) (*keeper, error) {
	if s == nil || o.values {
		return nil, nil
	}
	given := sha256.New()
	_, _ = fmt.Fprintln(given, engine.Fingerprints.KeyID(), o.memory, o.exhaustive, os.Geteuid()) // a hash takes all
	_, _ = engine.Accounts.WriteTo(given)
	if engine.Baseline != nil {
		if err := engine.Baseline.Write(given); err != nil {
			return nil, err
		}
	}
	t := o.target
	asked := fmt.Sprintf("%q %q %v %v %v %v", t.include, t.exclude, t.staged, t.historyOnly, t.noHistory, t.includeIgnored)
	return &keeper{s, fmt.Sprintf("%s all=%v", asked, o.all), fmt.Sprintf("%x", given.Sum(nil))}, nil
}

// orScan returns the result that was kept for a target, or else scans it.
func (k *keeper) orScan(ctx context.Context, name string, read target.Options, options scanner.Options) (*scanner.Result, error) {
	if k == nil {
		return scanTarget(ctx, name, read, options)
	}
	start := time.Now()
	stamp, ok := target.Stamp(ctx, name, read)
	if !ok {
		return scanTarget(ctx, name, read, options)
	}
	slot, mark := k.asked+" "+fullName(name), k.given+" "+stamp
	if data, known := k.state.Result(slot, mark); known {
		if result, err := scanner.Recall(data, options.Detectors.Rules()); err == nil {
			result.Stats.Seconds = time.Since(start).Seconds()
			return result, nil
		}
	}
	result, err := scanTarget(ctx, name, read, options)
	if err != nil {
		return nil, err
	}
	// What has changed meanwhile was read in part before that and in part after it.
	if after, ok := target.Stamp(ctx, name, read); ok && after == stamp {
		if data, ok := result.Keep(); ok {
			k.state.KeepResult(slot, mark, data)
		}
	}
	return result, nil
}

// fullName returns the name of a target that holds wherever it is scanned from.
func fullName(name string) string {
	if path, err := filepath.Abs(name); err == nil && !strings.Contains(name, "://") {
		return path
	}
	return name
}
