package driver

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// Problem is a package, or a part of one, that could not be examined. One package's
// errors are one problem, since most of them follow from the first.
type Problem struct {
	Package, Message string
	Position         token.Position // zero if not known
	Partial          bool           // the rest of the package was examined
	Internal         bool           // a pass failed: a defect of deputy's, not of the package
}

// problemsOf says why a package could not be examined, or not all of it.
func problemsOf(p *packages.Package, partial bool) []Problem {
	errs := causesFirst(p.Errors)
	if len(errs) == 0 {
		return nil
	}
	var out []Problem
	for _, e := range errs {
		if sdk := missingSDK(e.Msg); sdk != "" {
			out = append(out, Problem{Package: p.PkgPath, Partial: partial, Message: "what reaches STS cannot be seen here, since " + sdk + " could not be loaded (go mod download fetches it): External IDs are known by their names only"})
			break
		}
	}
	first := Problem{Package: p.PkgPath, Message: readable(errs[0].Msg), Position: positionOf(errs[0].Pos), Partial: partial}
	if more := len(errs) - 1; more > 0 {
		first.Message += fmt.Sprintf(" (and %d more)", more)
	}
	return append(out, first)
}

// positionOf reads what packages.Error has as a text: file:line:column, file:line, or "-".
func positionOf(text string) token.Position {
	if text == "-" {
		return token.Position{}
	}
	var numbers []int
	for len(numbers) < 2 {
		cut := strings.LastIndexByte(text, ':')
		if cut < 0 {
			break
		}
		n, err := strconv.Atoi(text[cut+1:])
		if err != nil {
			break
		}
		numbers, text = append([]int{n}, numbers...), text[:cut]
	}
	numbers = append(numbers, 0, 0)
	return token.Position{Filename: text, Line: numbers[0], Column: numbers[1]}
}

// causesFirst orders errors so that what causes others comes before them, and leaves
// out what is reported twice: the compiler and the type checker both tell of a line.
func causesFirst(errs []packages.Error) []packages.Error {
	positioned := slices.ContainsFunc(errs, func(e packages.Error) bool { return strings.Contains(e.Pos, ":") })
	seen := map[string]bool{}
	var out []packages.Error
	for _, e := range errs {
		if positioned && isOutput(e) {
			continue
		}
		line := e.Pos
		if cut := strings.LastIndexByte(line, ':'); cut > 0 {
			line = line[:cut]
		}
		line = line[strings.LastIndexAny(line, `/\`)+1:]
		if key := cmp.Or(line, e.Msg); !seen[key] {
			seen[key] = true
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b packages.Error) int { return rank(a) - rank(b) })
	return out
}

// isOutput recognises what a compiler printed, which stands in an error as a whole.
func isOutput(e packages.Error) bool { return strings.HasPrefix(e.Msg, "# ") }

func rank(e packages.Error) int {
	if strings.HasPrefix(e.Msg, "could not import") {
		return 0
	}
	return 1
}

// readable is an error on one line, without what the go command says to programs.
func readable(message string) string {
	if strings.HasPrefix(message, "# ") {
		_, message, _ = strings.Cut(message, "\n")
	}
	message = strings.Join(strings.Fields(message), " ")
	switch {
	case strings.HasSuffix(message, `(invalid package name: "")`):
		return strings.TrimSuffix(message, `(invalid package name: "")`) + "(no module at hand provides it: go mod download, or go get)"
	case strings.HasSuffix(message, "could not import C (no metadata for C)"):
		return "cgo could not be run (is there a C compiler, are the headers there?)"
	}
	return message
}

// missingSDK is the part of an AWS SDK that an error says could not be imported.
func missingSDK(message string) string {
	_, rest, ok := strings.Cut(message, "could not import ")
	if !ok {
		_, rest, ok = strings.Cut(message, "no required module provides package ")
	}
	path, _, _ := strings.Cut(rest, " ")
	path = strings.TrimRight(path, ";:")
	if ok && (strings.HasPrefix(path, "github.com/aws/aws-sdk-go") || program.IsCarrier(path)) {
		return path
	}
	return ""
}

// maxNamed bounds the functions that one problem names.
const maxNamed = 3

// tangled tells the functions of a package that were not followed to the end.
func tangled(pkg string, functions []string) Problem {
	var names []string
	for _, fn := range functions {
		names = append(names, strings.ReplaceAll(fn, pkg+".", ""))
	}
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return Problem{Package: pkg, Partial: true, Message: "too tangled to be followed to the end: " + text}
}
