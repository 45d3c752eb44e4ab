// Package promtext writes measured values in Prometheus's text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
package promtext

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// ContentType is the format's.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Kind is what sort of values a family has.
type Kind string

// The kinds. A counter only grows, until its process ends.
const (
	Gauge   Kind = "gauge"
	Counter Kind = "counter"
	// Histogram has values with the suffixes _bucket, _sum and _count.
	Histogram Kind = "histogram"
)

// Value is a measured value with its labels, name and value in turn.
type Value struct {
	Value  float64
	Labels []string
	Suffix string // of the name
}

// Family are values of one name. The zero kind is a gauge's.
type Family struct {
	Name, Help string
	Kind       Kind
	Values     []Value
}

// One is a family of one value without labels.
func One(name, help string, value float64) Family {
	return Family{Name: name, Help: help, Values: []Value{{Value: value}}}
}

// Count is a counter without labels.
func Count(name, help string, value float64) Family {
	f := One(name, help, value)
	f.Kind = Counter
	return f
}

// labelEscape is how a label's value is written.
var labelEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// Write writes families.
func Write(w io.Writer, all []Family) error {
	var b strings.Builder
	for _, f := range all {
		kind := f.Kind
		if kind == "" {
			kind = Gauge
		}
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", f.Name, f.Help, f.Name, kind)
		for _, v := range f.Values {
			var labels []string
			for pair := range slices.Chunk(v.Labels, 2) {
				labels = append(labels, pair[0]+`="`+labelEscape.Replace(pair[1])+`"`)
			}
			name := f.Name + v.Suffix
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			fmt.Fprintf(&b, "%s %v\n", name, v.Value)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
