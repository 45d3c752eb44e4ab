package externalids

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/internal/strength"
)

// The columns of the table, in the order of [Columns].
const (
	customerID = iota
	accountID
	externalID
	origin
	status
	createdAt
	customerName
)

// Columns are what the audit wants to know of each row. Only the value itself is required.
func Columns() []rows.Column {
	return []rows.Column{
		customerID:   {Name: "customer_id"},
		accountID:    {Name: "account_id"},
		externalID:   {Name: "external_id", Required: true},
		origin:       {Name: "origin"},
		status:       {Name: "status"},
		createdAt:    {Name: "created_at"},
		customerName: {Name: "customer_name"},
	}
}

// Run audits all rows of a table, with so many goroutines at once. An error says that the
// table could not be read to its end.
func Run(ctx context.Context, table rows.Reader, jobs int) (*Report, error) {
	a := &audit{seed: maphash.MakeSeed(), forms: map[uint64]uint16{}}
	a.names = newNames(a.seed)
	report := &Report{}
	if err := a.read(ctx, table, max(1, jobs), report); err != nil {
		return nil, err
	}
	for i := range a.populations {
		a.populations[i].look()
	}
	lookTogether(a.populations)
	for i := range a.populations {
		for j := range a.populations[i].sample {
			a.populations[i].sample[j].text = "" // nobody needs it any more
		}
	}
	a.report(report)
	return report, nil
}

type audit struct {
	seed        maphash.Seed
	hashing     hashing
	names       *names
	rows        records
	forms       map[uint64]uint16
	populations []form
	unformed    int64 // rows of forms beyond the most
}

// batchSize is how many rows are judged at a time.
const batchSize = 512

// batch is rows on their way to whoever judges them, and what came of that.
type batch struct {
	first  int64  // number of the first row
	text   []byte // of all values
	ends   []uint32
	lines  []int64
	judged []judged
	done   chan struct{}
}

// judged is what one row says by itself.
type judged struct {
	record
	key   uint64 // of the customer
	name  string // of the customer
	shape uint64
	rest  string // of the value, without what stands beside it
	time  int64
}

// read reads the table, has its rows judged by several goroutines, and keeps what they say in
// the order of the rows.
func (a *audit) read(ctx context.Context, table rows.Reader, jobs int, report *Report) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan *batch)
	order := make(chan *batch, 4*jobs)
	var judges sync.WaitGroup
	for range jobs {
		judges.Go(func() {
			for b := range work {
				a.judge(b)
				close(b.done)
			}
		})
	}
	var keeper sync.WaitGroup
	keeper.Go(func() {
		for b := range order {
			<-b.done
			a.keep(b)
		}
	})
	err := a.batches(ctx, table, report, func(b *batch) {
		order <- b
		work <- b
	})
	close(work)
	close(order)
	judges.Wait()
	keeper.Wait()
	return err
}

// batches cuts the table into batches.
func (a *audit) batches(ctx context.Context, table rows.Reader, report *Report, hand func(*batch)) error {
	var row rows.Row
	b := &batch{done: make(chan struct{})}
	count := int64(0)
	for {
		err := table.Next(&row)
		var bad *rows.Malformed
		switch {
		case errors.Is(err, io.EOF):
			if len(b.lines) > 0 {
				hand(b)
			}
			report.Rows = count
			return nil
		case errors.As(err, &bad):
			report.malformed(bad)
			continue
		case err != nil:
			return err
		}
		for _, v := range row.Values {
			b.text = append(b.text, v...)
			b.ends = append(b.ends, uint32(len(b.text)))
		}
		b.lines = append(b.lines, row.Number)
		count++
		if len(b.lines) == batchSize {
			hand(b)
			b = &batch{first: count, done: make(chan struct{})}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
}

// judge looks at the rows of a batch, each by itself.
func (a *audit) judge(b *batch) {
	text := string(b.text)
	b.judged = make([]judged, len(b.lines))
	start := uint32(0)
	var v [customerName + 1]string
	for i, line := range b.lines {
		for j := range v {
			end := b.ends[i*len(v)+j]
			v[j] = text[start:end]
			start = end
		}
		a.judgeRow(&b.judged[i], v[:], b.first+int64(i))
		b.judged[i].line = uint32(min(line, math.MaxUint32))
	}
}

func (a *audit) judgeRow(j *judged, v []string, n int64) {
	account := accountOf(v[accountID])
	customer, name := strings.TrimSpace(v[customerID]), strings.TrimSpace(v[customerName])
	j.tail, j.form, j.version = noTail, noForm, -1
	if account != "" {
		j.account = uint32(maphash.String(a.seed, account)) | 1
		if tail, err := strconv.ParseUint(account[max(0, len(account)-4):], 10, 16); err == nil && strength.IsAccount(account) {
			j.tail = uint16(tail)
		}
	}
	j.flags = saidBy(v[origin], v[status])
	j.key, j.name = a.customer(customer, name, account, n)
	created := timeOf(v[createdAt])
	if !created.IsZero() {
		j.time = created.UnixMilli()
	}
	value := v[externalID]
	switch {
	case absent(value):
		j.flags |= missing
		return
	case !strength.Valid(value):
		j.flags |= invalid
	}
	j.value = maphash.String(a.seed, value) | 1
	if strings.Contains(j.name, value) {
		j.flags |= named
	}
	around := beside{account: account, customer: customer, name: name, created: created}
	a.measure(j, value, &around, n)
}

// measure says what is to be guessed of a value, to whoever knows what stands beside it.
func (a *audit) measure(j *judged, value string, around *beside, n int64) {
	rest, found := around.without(value)
	j.flags |= found
	measure := strength.Of(value)
	if found == 0 && a.hashing.of(value, measure.UUID, around, n) {
		j.flags |= hashed
		return
	}
	guess := measure.Guess()
	if guess.Format && found == holdsDate {
		rest = value // which the format has left out of its bits
	}
	if found != 0 {
		guess = guessRest(guess, measure, rest, found)
	}
	j.bits = uint8(min(255, math.Round(2*guess.Bits)))
	j.version = int8(guess.Version)
	for _, f := range []struct {
		is   bool
		flag flags
	}{{guess.Words, words}, {guess.Date, date}, {guess.Typed && found == 0, typed}, {guess.Surely, surely}, {guess.Format, format}} {
		if f.is {
			j.flags |= f.flag
		}
	}
	j.shape, j.rest = shapeOf(rest), rest
}

// guessRest is the guess of a value of which parts stand beside it. What a
// format leaves out of its bits is not taken off twice, and not put back.
func guessRest(whole strength.Guess, m strength.Measure, rest string, found flags) strength.Guess {
	switch {
	case whole.Format && found == holdsDate:
		return whole
	case m.UUID:
		whole.Bits = max(0, whole.Bits-4*float64(len(m.Text)-len(rest)))
		return whole
	}
	guess := strength.Of(rest).Guess()
	guess.Format = whole.Format
	if whole.Format {
		guess.Bits = min(guess.Bits, whole.Bits)
	}
	return guess
}

// customer returns the key of a row's customer and how it is called. Without a customer, an
// account is one by itself, and without an account, a row.
func (a *audit) customer(id, name, account string, n int64) (key uint64, called string) {
	switch {
	case id != "" && name != "" && name != id:
		return maphash.String(a.seed, "i"+id), id + " (" + name + ")"
	case id != "":
		return maphash.String(a.seed, "i"+id), id
	case name != "":
		return maphash.String(a.seed, "n"+name), name
	case account != "":
		return maphash.String(a.seed, "a"+account), ""
	}
	return maphash.String(a.seed, "r"+strconv.FormatInt(n, 10)), ""
}

// absent reports whether a field says that there is no value.
func absent(v string) bool {
	switch strings.ToLower(strings.TrimSpace(v)) {
	case "", "null", "none", "nil", "n/a", "na", "-", "undefined", `\n`:
		return true
	}
	return false
}

// saidBy turns the words of the columns origin and status into flags.
func saidBy(origin, status string) (f flags) {
	switch strings.ToLower(strings.TrimSpace(origin)) {
	case "generated", "auto", "system", "random":
		f |= saidGenerated
	case "chosen", "customer", "user", "custom", "manual":
		f |= saidChosen
	case "static", "shared", "default", "constant":
		f |= saidStatic
	}
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "deleted", "removed", "offboarded", "off-boarded", "inactive", "disabled", "archived", "terminated", "revoked":
		f |= deleted
	}
	return f
}

// accountOf returns the digits of an account ID. Spreadsheets take its leading zeros away.
func accountOf(v string) string {
	v = strings.TrimSpace(v)
	if f, err := strconv.ParseFloat(v, 64); err == nil && strings.ContainsAny(v, ".eE") && f >= 0 && f < 1e12 && f == math.Trunc(f) {
		v = strconv.FormatFloat(f, 'f', 0, 64)
	}
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '_' {
			return -1
		}
		return r
	}, v)
	if len(plain) == 0 || len(plain) > 12 || strings.Trim(plain, "0123456789") != "" {
		return v
	}
	return strings.Repeat("0", 12-len(plain)) + plain
}

// layouts are the ways in which tables write times.
var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "02.01.2006", "01/02/2006"}

// timeOf reads a time; zero if it is none.
func timeOf(v string) time.Time {
	v = strings.TrimSpace(v)
	if v == "" {
		return time.Time{}
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		switch {
		case n > 1e17:
			return time.Unix(0, n)
		case n > 1e14:
			return time.UnixMicro(n)
		case n > 1e11:
			return time.UnixMilli(n)
		case n > 1e8:
			return time.Unix(n, 0)
		}
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, v); err == nil {
			return t
		}
	}
	return time.Time{}
}

// keep puts what rows say into the store.
func (a *audit) keep(b *batch) {
	for i := range b.judged {
		j := &b.judged[i]
		j.customer = a.names.of(j.key, j.name)
		if j.value != 0 && j.flags&(hashed|invalid) == 0 {
			a.sort(j)
		}
		a.rows.add(j.record)
	}
	b.text, b.judged = nil, nil
}

// sort puts a value to others of its form.
func (a *audit) sort(j *judged) {
	number, known := a.forms[j.shape]
	if !known {
		if len(a.populations) == maxForms {
			a.unformed++
			return
		}
		number = uint16(len(a.populations))
		a.forms[j.shape] = number
		a.populations = append(a.populations, form{})
	}
	j.form = number
	f := &a.populations[number]
	f.rows++
	if f.wants(j.value) && (len(f.sample) == 0 || len(f.sample[0].text) == len(j.rest)) {
		f.take(sampled{j.value, strings.Clone(j.rest), j.time})
	}
}
