package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// All returns the extractors of all formats.
func All() []*extract.Extractor { return []*extract.Extractor{newCast(), newTypescript()} }

func newCast() *extract.Extractor {
	return &extract.Extractor{
		Name: "asciinema cast", Text: true, Claims: claimsCast,
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			r := newRecording(out)
			if bytes.Contains(data[:min(len(data), extract.Sniff)], []byte(`"stdout"`)) {
				err = r.object(data)
			} else {
				err = r.events(data)
			}
			if failed := r.end(); failed != nil {
				return failed
			}
			return err
		},
	}
}

// claimsCast claims a header that gives the size of a terminal, with the events that follow it.
func claimsCast(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	has := func(word string) bool { return bytes.Contains(head, []byte(word)) }
	return bytes.HasPrefix(head, []byte("{")) && has(`"version"`) && (has(`"width"`) && has(`"height"`) || has(`"term"`)) &&
		(has("}\n[") || has("}\r\n[") || has("}\n#") || has(`"stdout"`))
}

const typescriptHead = "Script started on "

func newTypescript() *extract.Extractor {
	return &extract.Extractor{
		Name: "typescript", Text: true,
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte(typescriptHead)) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			r := newRecording(out)
			r.shown.width = columnsOf(data)
			for line := 1; len(data) > 0; line++ {
				n := bytes.IndexByte(data, '\n') + 1
				if n == 0 {
					n = len(data)
				}
				r.shown.write(data[:n], line)
				data = data[n:]
			}
			return r.end()
		},
	}
}

// columnsOf reads the width of the terminal from the first line of a typescript, 0 if it does not
// say.
func columnsOf(data []byte) int {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	_, width, _ := bytes.Cut(first, []byte(`COLUMNS="`))
	width, _, _ = bytes.Cut(width, []byte(`"`))
	return sizeOf(string(width))
}

// sizeOf reads a number of columns, 0 if it is none that a terminal has.
func sizeOf(text string) int {
	const most = 1 << 14
	if n, err := strconv.Atoi(text); err == nil && n > 0 && n <= most {
		return n
	}
	return 0
}

// recording is a recording that is being read.
type recording struct {
	out     *extract.Output
	shown   *screen
	typed   *screen
	input   []row // what was typed, kept until the other text ends
	held    int   // bytes of it
	place   int   // the line of the recording that was told last
	damaged bool
}

// maxTyped bounds what is kept of what was typed, in letters.
const maxTyped = 1 << 20

func newRecording(out *extract.Output) *recording {
	r := &recording{out: out}
	r.shown = &screen{emit: r.write}
	r.typed = &screen{emit: func(line row) {
		if r.held += len(line) + 1; r.held <= maxTyped {
			r.input = append(r.input, append(row(nil), line...))
		}
	}}
	return r
}

// write writes a line with its places.
func (r *recording) write(line row) {
	for len(line) > 0 {
		n := 1
		for n < len(line) && line[n].from == line[0].from {
			n++
		}
		if line[0].from != r.place && line[0].from > 0 {
			r.place = line[0].from
			r.out.Place(fmt.Sprintf("line %d", r.place))
		}
		if _, err := r.out.WriteString(line[:n].text()); err != nil {
			return // the budget is spent, which the output remembers
		}
		line = line[n:]
	}
	_, _ = r.out.WriteString("\n")
}

// end writes what was not ended, and what was typed.
func (r *recording) end() error {
	r.shown.end()
	r.typed.end()
	if len(r.input) > 0 {
		r.out.Begin("")
		r.place = 0
		for _, line := range r.input {
			r.write(line)
		}
	}
	if r.held > maxTyped {
		r.out.Unexamined("", "typed", &extract.OverBudget{Limit: "more than a million letters typed"})
	}
	if err := r.out.Err(); err != nil {
		return err
	}
	if r.damaged {
		return fmt.Errorf("%w: an event", extract.ErrDamaged)
	}
	return nil
}

// event is what happened: when, what, and the data.
type event [3]json.RawMessage

// header is what casts begin with.
type header struct {
	Width int `json:"width"`
	Term  struct {
		Cols int `json:"cols"`
	} `json:"term"`
}

func (h *header) columns() int { return sizeOf(strconv.Itoa(max(h.Width, h.Term.Cols))) }

// events reads a cast of version 2 or 3: a header, and then a line for each event.
func (r *recording) events(data []byte) error {
	headed := false
	for line := 1; len(data) > 0 && r.out.Err() == nil; line++ {
		text := data
		if n := bytes.IndexByte(data, '\n'); n >= 0 {
			text, data = data[:n], data[n+1:]
		} else {
			data = nil
		}
		text = bytes.TrimSpace(text)
		switch {
		case len(text) == 0 || text[0] == '#':
		case !headed:
			var h header
			if err := json.Unmarshal(text, &h); err != nil {
				return extract.ErrOtherFormat
			}
			r.shown.width, headed = h.columns(), true
		default:
			r.event(text, line)
		}
	}
	return nil
}

func (r *recording) event(text []byte, line int) {
	var (
		e          event
		code, said string
	)
	if json.Unmarshal(text, &e) != nil || json.Unmarshal(e[1], &code) != nil || json.Unmarshal(e[2], &said) != nil {
		r.damaged = true
		return
	}
	switch code {
	case "o":
		r.shown.write([]byte(said), line)
	case "i":
		r.typed.write([]byte(strings.ReplaceAll(said, "\r", "\n")), line)
	case "m":
		r.typed.write([]byte(said+"\n"), line)
	case "r":
		if cols, _, ok := strings.Cut(said, "x"); ok {
			r.shown.width = sizeOf(cols)
		}
	}
}

// object reads a cast of version 1: one object, with all output in a list.
func (r *recording) object(data []byte) error {
	var head header
	if err := json.Unmarshal(data, &head); err != nil {
		return extract.ErrOtherFormat
	}
	r.shown.width = head.columns()
	d := json.NewDecoder(bytes.NewReader(data))
	at, line := 0, 1
	for t := json.Token(nil); t != "stdout"; {
		var err error
		if t, err = d.Token(); err != nil {
			return extract.ErrOtherFormat
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return extract.ErrOtherFormat
	}
	for d.More() && r.out.Err() == nil {
		var e [2]json.RawMessage
		if r.damaged = d.Decode(&e) != nil; r.damaged {
			break
		}
		end := int(d.InputOffset())
		line += bytes.Count(data[at:end], []byte("\n"))
		at = end
		var said string
		if json.Unmarshal(e[1], &said) == nil {
			r.shown.write([]byte(said), line)
		}
	}
	return nil
}
