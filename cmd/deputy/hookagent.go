package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
)

func newHookAgent() *cobra.Command {
	var config run.Config
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Answer a coding agent's hook: may this tool call be made?",
		Long: `Reads a tool call as JSON on standard input and answers on standard output, as
JSON, whether it may be made: a call whose input brings account IDs, External IDs or
keys is denied, with the reason for the agent to read. What the call replaces, and
what the file that it writes holds already, is not new and no reason.

The call is an object with the tool's input in tool_input, input, arguments or
params; the names in it do not matter. The answer has "decision" (allow or deny) and
"reason"; who asks with "hook_event_name" (PreToolUse) gets hookSpecificOutput, too,
and who asks for a "permission" finds that.

In the settings of Claude Code:

  {"hooks": {"PreToolUse": [{"matcher": "*", "hooks": [
    {"type": "command", "command": "deputy hook agent"}]}]}}

Exit codes: 0 it was answered; 2 the call cannot be read, which agents take for no.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return answerAgent(cmd.Context(), config, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	config = run.Default()
	ruleFlags(f, &config.Rules)
	f.StringVar(&config.Accounts, "accounts", "", "inventory `FILE` that says whose an account is (see deputy accounts)")
	return cmd
}

// maxCall bounds, in bytes, what is read of a call.
const maxCall = 64 << 20

// toolCall is what is read of a call; agents call its parts differently.
type toolCall struct {
	Event     string          `json:"hook_event_name"`
	ToolInput json.RawMessage `json:"tool_input"`
	Input     json.RawMessage `json:"input"`
	Arguments json.RawMessage `json:"arguments"`
	Params    json.RawMessage `json:"params"`
}

// agentAnswer is read by whoever asked, each by the names it knows.
type agentAnswer struct {
	Decision   string          `json:"decision"`
	Permission string          `json:"permission"`
	Reason     string          `json:"reason,omitempty"`
	Specific   *specificAnswer `json:"hookSpecificOutput,omitempty"`
}

type specificAnswer struct {
	Event    string `json:"hookEventName"`
	Decision string `json:"permissionDecision"`
	Reason   string `json:"permissionDecisionReason,omitempty"`
}

func answerAgent(ctx context.Context, config run.Config, in io.Reader, out, errs io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(in, maxCall+1))
	if err != nil {
		return err
	}
	if len(data) > maxCall {
		return fmt.Errorf("the tool call is longer than %d bytes", maxCall)
	}
	event, texts, err := readCall(data)
	if err != nil {
		return err
	}
	scan, err := run.New(config, notices(errs), logOf(ctx))
	if err != nil {
		return err
	}
	result, err := scan.ScanSource(ctx, &callSource{texts})
	if err != nil {
		return err
	}
	answer := agentAnswer{Decision: "allow", Permission: "allow"}
	if len(result.Findings) > 0 {
		answer = agentAnswer{Decision: "deny", Permission: "deny", Reason: reasonFor(result)}
	}
	if event != "" {
		answer.Specific = &specificAnswer{event, answer.Decision, answer.Reason}
	}
	return json.NewEncoder(out).Encode(answer)
}

// readCall returns the event that a call is told by, and the texts of its input.
func readCall(data []byte) (event string, texts []callText, err error) {
	var call toolCall
	if err := json.Unmarshal(data, &call); err != nil {
		return "", nil, fmt.Errorf("standard input is no tool call: %w", err)
	}
	input := json.RawMessage(data)
	for _, part := range []json.RawMessage{call.ToolInput, call.Input, call.Arguments, call.Params} {
		if len(part) > 0 {
			input = part
			break
		}
	}
	var tree any
	if err := json.Unmarshal(input, &tree); err != nil {
		return "", nil, fmt.Errorf("standard input is no tool call: %w", err)
	}
	c := &callReader{}
	c.read("", tree, nil)
	return call.Event, c.texts, nil
}

// callText is a text of a call's input.
type callText struct {
	name   string // of the field: "content", "edits.0.new_string"
	text   string
	before []string // texts that it replaces
	file   string   // that it is written to; "" if it is none
}

// callReader collects the texts of an input.
type callReader struct{ texts []callText }

// replaced are the beginnings of names under which an input has what another text of it
// replaces, and fileNames the ends of those that name the file.
var (
	replaced  = []string{"old_", "old"}
	fileNames = []string{"file_path", "filepath", "filename", "path", "file"}
)

func (c *callReader) read(name string, value any, within map[string]any) {
	switch v := value.(type) {
	case string:
		if !isReplaced(last(name)) {
			c.texts = append(c.texts, callText{name: name, text: v, before: replacedIn(within), file: fileIn(within)})
		}
	case []any:
		for i, e := range v {
			c.read(fmt.Sprintf("%s.%d", name, i), e, within)
		}
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			c.read(strings.TrimPrefix(name+"."+k, "."), v[k], v)
		}
	}
}

func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

func isReplaced(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(replaced, func(p string) bool { return strings.HasPrefix(lower, p) })
}

// replacedIn returns what the object around a text says that it replaces.
func replacedIn(within map[string]any) []string {
	var out []string
	for k, v := range within {
		if text, ok := v.(string); ok && isReplaced(k) {
			out = append(out, text)
		}
	}
	return out
}

func fileIn(within map[string]any) string {
	for _, name := range fileNames {
		for k, v := range within {
			if text, ok := v.(string); ok && strings.EqualFold(k, name) {
				return text
			}
		}
	}
	return ""
}

// callSource is the source for the texts of a call.
type callSource struct{ texts []callText }

// Scan implements [source.Source].
func (s *callSource) Scan(ctx context.Context, v source.Visitor) error {
	for i := range s.texts {
		t := &s.texts[i]
		v.Blob(&source.Blob{ID: source.ID(t.name), Path: t.name, Size: int64(len(t.text)), Data: []byte(t.text), Before: t.earlier})
	}
	return ctx.Err()
}

// earlier returns what the text replaces, and what the file that it goes to holds.
func (t *callText) earlier() ([]source.Earlier, error) {
	e := source.Earlier{}
	for _, b := range t.before {
		e.Versions = append(e.Versions, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(b)), nil })
	}
	if info, err := os.Stat(t.file); t.file != "" && err == nil && info.Mode().IsRegular() {
		e.Versions = append(e.Versions, func() (io.ReadCloser, error) { return filetree.Open(t.file) })
	}
	return []source.Earlier{e}, nil
}

// Locate implements [source.Source].
func (s *callSource) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	for _, t := range s.texts {
		if id := source.ID(t.name); ids[id] {
			places = append(places, source.Place{ID: id, Path: t.name})
		}
	}
	slices.SortFunc(places, func(a, b source.Place) int { return strings.Compare(a.Path, b.Path) })
	return places, nil
}

// Open implements [source.Source].
func (s *callSource) Open(id source.ID) (io.ReadCloser, error) {
	for _, t := range s.texts {
		if source.ID(t.name) == id {
			return io.NopCloser(strings.NewReader(t.text)), nil
		}
	}
	return nil, errors.New("no content of this source")
}

// maxReasons is how many findings an answer tells.
const maxReasons = 5

// reasonFor says what was found, for an agent: masked, and what to do instead.
func reasonFor(result *finding.Result) string {
	r := &report.Result{Result: *result}
	ordered := r.Ordered()
	var b strings.Builder
	b.WriteString("deputy: this would put secrets or identifiers in the open: ")
	for i, f := range ordered {
		if i == maxReasons {
			fmt.Fprintf(&b, "; and %d more", len(ordered)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		where := f.Sightings[0]
		fmt.Fprintf(&b, "%s %s in %s, line %d", report.Printable(f.Rule.Title), report.Printable(r.Secret(f)), report.Printable(where.Path), where.Line)
	}
	fmt.Fprintf(&b, ". %s", report.Printable(ordered[0].Rule.Remedy))
	return b.String()
}
