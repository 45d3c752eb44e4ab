package layout_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/layout"
)

// page puts pieces of 10 points, 5 points a character, at places.
type piece struct {
	text string
	x, y float64
}

func page(pieces ...piece) *content.Page {
	p := &content.Page{}
	for i, s := range pieces {
		p.Spans = append(p.Spans, content.Span{Text: s.text, X0: s.x, Y0: s.y, X1: s.x + 5*float64(len(s.text)), Y1: s.y, Size: 10, Op: i, Object: i})
	}
	return p
}

func TestGeometric(t *testing.T) {
	for name, c := range map[string]struct {
		page *content.Page
		want string
	}{
		"out of order":    {page(piece{"below", 0, 0}, piece{"after", 30, 20}, piece{"above", 0, 20}), "above after\nbelow\n"},
		"one word":        {page(piece{"ac", 0, 0}, piece{"count", 10.5, 0}), "account\n"},
		"kerned digits":   {page(piece{"1234", 0, 0}, piece{"5678", 22, 0}), "12345678\n"},
		"two words":       {page(piece{"an", 0, 0}, piece{"account", 12, 0}), "an account\n"},
		"cells":           {page(piece{"one", 0, 0}, piece{"two", 60, 0}), "one\ttwo\n"},
		"drawn bold":      {page(piece{"one", 0, 0}, piece{"one", 0.4, 0}), "one\n"},
		"on a wave":       {page(piece{"one", 0, 1}, piece{"two", 15, -1}), "onetwo\n"},
		"over each other": {page(piece{"1111", 0, 0}, piece{"2222", 2, 0}), "1111 2222\n"},
	} {
		assert.Equal(t, c.want, layout.Geometric(c.page), name)
	}

	ruled := page(piece{"1111", 0, 0}, piece{"2222", 20, 0})
	ruled.Rules = []content.Rule{{X: 20, Y0: -5, Y1: 15}}
	assert.Equal(t, "1111\t2222\n", layout.Geometric(ruled))

	footnote := page(piece{"1234", 0, 0}, piece{"5", 20, 3.3})
	footnote.Spans[1].Size = 6
	assert.Equal(t, "1234 5\n", layout.Geometric(footnote))

	upwards := page(piece{"level", 0, 0}, piece{"up", 50, 10}, piece{"wards", 50, 20})
	for i := 1; i < 3; i++ {
		s := &upwards.Spans[i]
		s.Angle, s.X1, s.Y1 = math.Pi/2, s.X0, s.Y0+s.X1-s.X0
	}
	assert.Equal(t, "upwards\nlevel\n", layout.Geometric(upwards))
}

func TestByObject(t *testing.T) {
	for name, c := range map[string]struct {
		page *content.Page
		want string
	}{
		"as it was shown":   {page(piece{"below", 0, 0}, piece{"above", 0, 20}), "below\nabove\n"},
		"cells that touch":  {page(piece{"1111", 0, 0}, piece{"2222", 20, 0}), "1111\n2222\n"},
		"digit by digit":    {page(piece{"1", 0, 0}, piece{"2", 5, 0}, piece{"3", 10, 0}), "123\n"},
		"below each other":  {page(piece{"1", 0, 30}, piece{"2", 0, 20}, piece{"3", 0, 10}), "123\n"},
		"several IDs long":  {page(piece{"123456789012" + "345678901234", 0, 0}), "123456789012\t345678901234\t\n"},
		"a number, no IDs":  {page(piece{"1234567890123456789012345", 0, 0}), "1234567890123456789012345\n"},
		"two that go round": {page(piece{"one", 100, 0}, piece{"two", 0, 0}), "one\ntwo\n"},
	} {
		assert.Equal(t, c.want, layout.ByObject(c.page), name)
	}
}

// TestDoubledLettersStay has letters placed one by one, at their width: narrow ones stand closer than
// what is drawn twice to look bold may.
func TestDoubledLettersStay(t *testing.T) {
	p := page(piece{"a", 0, 0}, piece{"l", 5, 0}, piece{"l", 7, 0}, piece{"i", 9, 0}, piece{"i", 11, 0}, piece{"i", 11.4, 0})
	for i := 1; i < len(p.Spans); i++ {
		p.Spans[i].X1 = p.Spans[i].X0 + 2
	}
	assert.Equal(t, "allii\n", layout.Geometric(p))
}

func TestWrappedPutsCellsTogether(t *testing.T) {
	head, acme := []piece{{"Customer", 0, 60}, {"Account ID", 100, 60}}, piece{"Acme", 0, 40}
	for name, c := range map[string]struct {
		pieces []piece
		want   string
	}{
		"digits in groups": {[]piece{acme, {"1111-2222-", 100, 40}, {"3333", 100, 28}}, "Acme\t1111-2222-3333\n"},
		"an ARN":           {[]piece{acme, {"arn:aws:iam::1111222", 100, 40}, {"23333:role/x", 100, 28}}, "Acme\tarn:aws:iam::111122223333:role/x\n"},
		"both columns":     {[]piece{acme, {"11112222", 100, 40}, {"x", 300, 40}, {"Inc", 0, 28}, {"3333", 100, 28}}, "Acme Inc\t111122223333\tx\n"},
		"three lines":      {[]piece{acme, {"0a1b2c3d4e-", 100, 40}, {"0a1b2c3d4e-", 100, 28}, {"0a", 100, 16}}, "Acme\t0a1b2c3d4e-0a1b2c3d4e-0a\n"},
		"words":            {[]piece{acme, {"some words", 100, 40}, {"more", 100, 28}}, ""},
		"a row of its own": {[]piece{acme, {"111122", 100, 40}, {"Beta", 0, 28}, {"223333", 100, 28}}, ""},
		"further below":    {[]piece{acme, {"111122", 100, 40}, {"223333", 100, 10}}, ""},
		"below no cell":    {[]piece{acme, {"111122", 100, 40}, {"223333", 400, 28}}, ""},
		"digits of no ID":  {[]piece{acme, {"1111222", 100, 40}, {"223333", 100, 28}}, ""},
	} {
		want := c.want
		if want != "" {
			want = "Customer\tAccount ID\n" + want
		}
		assert.Equal(t, want, layout.Wrapped(page(append(head, c.pieces...)...)), name)
	}
}
