package externalids_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/audit/externalids"
	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/audit/table"
)

// outputs returns all that is ever written about an export: every format, the letters, and
// errors.
func outputs(text string) string {
	var out bytes.Buffer
	in, err := rows.Open(strings.NewReader(text), externalids.Columns())
	if err != nil {
		return err.Error()
	}
	report, err := externalids.Run(context.Background(), in, 2)
	if err != nil {
		return err.Error()
	}
	for _, format := range table.Formats() {
		_, _ = fmt.Fprintln(&out, table.Write(&out, format, report.Document()))
	}
	_, _ = fmt.Fprintln(&out, report.Letters(&out))
	_, _ = fmt.Fprintf(&out, "%v %+v", report.Unexamined, report.Forms)
	return out.String()
}

// Whatever an export holds, no value of it is in any output: values that are the customer's
// name or its ID, that stand in another customer's name, in malformed rows, in the header's
// place.
func TestNoOutputHoldsAValue(t *testing.T) {
	ways := make([]string, 0, len(made))
	for name := range made {
		ways = append(ways, name)
	}
	slices.Sort(ways)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 99))
		var export []row
		var values []string
		harm := r.IntN(4)
		for n := range 60 {
			b := rowOf(r, n)
			b.value = made[ways[r.IntN(len(ways))]].value(r, b, n)
			own := b.value
			switch r.IntN(12) {
			case 0:
				b.customer = own
			case 1:
				b.name = own
			case 2:
				b.name = "see " + own + "."
			case 3:
				b.account = own
			case 4:
				if len(values) > 0 && harm > 2 { // a value that cannot be read is not known for one
					b.name = values[r.IntN(len(values))] + " Limited"
				}
			case 5:
				b.status, b.origin = "deleted", own
			case 6:
				if len(values) > 0 {
					b.value = values[r.IntN(len(values))]
				}
			}
			if len(b.value) >= 6 {
				values = append(values, b.value)
			}
			export = append(export, b)
		}
		text := csvOf(export)
		lines := strings.SplitAfter(text, "\n")
		switch harm {
		case 0: // quotes that nothing closes, and rows that are cut
			at := 1 + r.IntN(len(lines)-1)
			lines[at] = `"` + lines[at]
		case 1:
			at := 1 + r.IntN(len(lines)-1)
			lines[at] = strings.Replace(lines[at], ",", "", 1)
		case 2:
			lines = lines[1:] // no header
		}
		got := outputs(strings.Join(lines, ""))
		require.NotEmpty(t, got)
		for _, v := range values {
			if strings.Contains(got, v) {
				where := regexp.MustCompile(".{0,60}" + regexp.QuoteMeta(v) + ".{0,40}").FindString(got)
				t.Errorf("seed %d: %q in %q", seed, v, where)
			}
		}
	}
}

// FuzzSilence: a value that is marked is in no output, whatever stands around it.
func FuzzSilence(f *testing.F) {
	f.Add("a,", ",b\n")
	f.Add("\"", "\n")
	f.Add("\n\n\x00", "\"\"")
	const value = "qzv8-mark-7Kxw2"
	f.Fuzz(func(t *testing.T, before, after string) {
		text := "customer_id,external_id,customer_name\n" + before + value + after + "\nc," + value + ",x\n"
		if strings.Contains(outputs(text), value) {
			t.Error("the value is in an output")
		}
		if strings.Contains(outputs(before+value+after), value) {
			t.Error("the value is in an output, without a header")
		}
	})
}

func TestTheSameExportGivesTheSameReport(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 99))
	var export []row
	for n := range 300 {
		b := rowOf(r, n)
		b.value = made["12 of base62"].value(r, b, n)
		export = append(export, b)
	}
	assert.Equal(t, outputs(csvOf(export)), outputs(csvOf(export)))
}
