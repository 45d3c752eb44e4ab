package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// JSON writes a document piece by piece. The first error sticks and is what
// Close returns, so that a writer reads as the document does.
type JSON struct {
	out     *bufio.Writer
	encoder *json.Encoder
	encoded bytes.Buffer // what encoder writes to, a value at a time
	err     error
}

// NewJSON returns a JSON that writes to w.
func NewJSON(w io.Writer) *JSON {
	j := &JSON{out: bufio.NewWriterSize(w, 1<<16)}
	j.encoder = json.NewEncoder(&j.encoded)
	j.encoder.SetEscapeHTML(false)
	return j
}

// Raw writes a part of the document as it is.
func (j *JSON) Raw(s string) {
	if j.err == nil {
		_, j.err = j.out.WriteString(s)
	}
}

// Value writes an encoded value.
func (j *JSON) Value(v any) {
	if j.err != nil {
		return
	}
	j.encoded.Reset()
	if err := j.encoder.Encode(v); err != nil {
		j.err = fmt.Errorf("encode report: %w", err)
		return
	}
	_, j.err = j.out.Write(EscapeJSON(bytes.TrimSuffix(j.encoded.Bytes(), []byte("\n"))))
}

// Array writes an array of the values, one a line, so that tools that know
// lines only can read, compare and cut the report.
func Array[V any](j *JSON, values iter.Seq[V]) {
	separator := "[\n"
	for v := range values {
		j.Raw(separator)
		j.Value(v)
		separator = ",\n"
	}
	if separator == "[\n" {
		j.Raw("[]")
		return
	}
	j.Raw("\n]")
}

// Close writes what is left and returns the first error.
func (j *JSON) Close() error {
	if j.err == nil {
		j.err = j.out.Flush()
	}
	return j.err
}
