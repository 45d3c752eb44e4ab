package externalids

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"

	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/audit/table"
	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Report is what an audit says. It holds no value.
type Report struct {
	Rows       int64
	Classes    [None + 1]int64 // active rows of each class
	Deleted    int64           // rows of integrations that are gone
	Holding    int64           // of those, rows that still hold their value
	ToNotify   int64           // rows of whom somebody is to be told
	Customers  int64           // how many customers that are
	Forms      []Form          // of values, the most frequent first
	Derivation string          // how thoroughly hashes of what stands beside a value were sought
	Unexamined []finding.Unexamined

	more   int64 // malformed rows beyond those told
	audit  *audit
	values *values
	listed []listed // rows to be told of, in order
}

// Form is what a population of values says.
type Form struct {
	Rows     int64   `json:"rows"`
	Length   int     `json:"length"`   // of what does not repeat what stands beside it, in characters
	Constant int     `json:"constant"` // characters that all have
	Bits     float64 `json:"bits"`
	Even     bool    `json:"even"`    // drawn evenly from an alphabet
	Ordered  bool    `json:"ordered"` // by time
}

// listed is a row to be told of.
type listed struct {
	row   uint32
	class Class
	bits  float32
}

// Notice is a row to be told of: whom, why, and what to do.
type Notice struct {
	Customer string   `json:"customer"`
	Account  string   `json:"account"` // its last four digits
	Class    Class    `json:"class"`
	Reasons  []string `json:"reasons"`
	Action   string   `json:"action"`
	Notify   bool     `json:"notify"` // or else it is for the vendor alone
	Row      int64    `json:"row"`    // its line, or the number of the row that a query answered
	Deleted  bool     `json:"deleted,omitempty"`
}

// maxMalformed bounds how many rows that cannot be read are told one by one.
const maxMalformed = 1000

func (r *Report) malformed(bad *rows.Malformed) {
	if len(r.Unexamined) < maxMalformed {
		r.Unexamined = append(r.Unexamined, finding.NotExamined("", fmt.Sprintf("line %d", bad.From), finding.Damaged.Because("%s", bad.Error())))
		return
	}
	r.more++
}

// report finds out what rows share, gives them their classes, and lists whom to tell.
func (a *audit) report(r *Report) {
	r.audit = a
	r.values = newValues(&a.rows)
	if r.more > 0 {
		r.Unexamined = append(r.Unexamined, finding.NotExamined("", "", finding.Damaged.Because("%d more rows that cannot be read", r.more)))
	}
	told := make(map[uint32]bool)
	for i := range uint32(a.rows.n) {
		rec := a.rows.at(i)
		class, bits := r.classOf(rec)
		if rec.flags&deleted != 0 {
			r.Deleted++
			if rec.value != 0 {
				r.Holding++
				r.listed = append(r.listed, listed{i, Good, 0})
			}
			continue
		}
		r.Classes[class]++
		if class == Good {
			continue
		}
		r.listed = append(r.listed, listed{i, class, float32(bits)})
		if notify(class, bits) {
			r.ToNotify++
			told[rec.customer] = true
		}
	}
	r.Customers = int64(len(told))
	slices.SortFunc(r.listed, func(x, y listed) int {
		return cmp.Or(
			cmp.Compare(y.class, x.class),
			cmp.Compare(x.bits, y.bits),
			cmp.Compare(x.row, y.row),
		)
	})
	r.forms()
	r.Derivation = fmt.Sprintf("%d ways to hash what stands beside a value were tried on every row, %d more on %d rows",
		len(basic), len(rare), a.hashing.whole.Load())
}

// notify reports whether a customer is to be told. Of values that customers chose the guide
// wants those that are weak: a random one that was chosen is replaced when it is rotated.
func notify(c Class, bits float64) bool { return c >= Weak && (c != Chosen || bits < weakBits) }

// classOf gives a row its class, and says how many bits its value has in the light of all
// others.
func (r *Report) classOf(rec *record) (Class, float64) {
	f, bits := r.lit(rec)
	switch {
	case f&(missing|invalid) != 0:
		return None, 0
	case f&(sharedByCustomers|saidStatic) != 0:
		return Static, bits
	case f&saidChosen != 0, f&saidGenerated == 0 && f&(typed|words|date) != 0 && bits < someBits:
		return Chosen, bits
	case bits < weakBits:
		return Weak, bits
	case bits < goodBits, f&(sharedByAccounts|reused) != 0:
		return Ageing, bits
	}
	return Good, bits
}

// someBits is what a generator leaves at least: words with less than that behind them are a
// person's.
const someBits = 20

// byChance is by how many bits a value may fall short of its population and be of it, since by
// chance it has no digit, say: one in eight thousand does.
const byChance = 13

// lit returns the flags and bits of a row as its population and the rows with the same value
// have them.
func (r *Report) lit(rec *record) (flags, float64) {
	f := rec.flags
	bits := float64(rec.bits) / 2
	if rec.value == 0 {
		return f, 0
	}
	if first := r.values.first(rec.value); first != nil {
		f |= first.flags & (sharedByCustomers | sharedByAccounts)
		if first.flags&inDeletedRow != 0 && f&deleted == 0 {
			f |= reused
		}
	}
	if rec.form == noForm {
		return f, bits
	}
	v := r.audit.populations[rec.form].view
	if !v.known {
		return f, bits
	}
	lifted := bits >= v.bits-byChance
	if v.uniform && f&surely == 0 && f&(words|date) != 0 {
		f &^= words | date // by chance
		lifted = true
	}
	if !v.worded && v.flags&constant != 0 {
		f &^= words // what all have in common
	}
	if v.counted {
		f &^= typed
	}
	switch {
	case f&(typed|date|words) != 0: // not what a generator makes
	case f&format != 0, !v.uniform, !lifted:
		bits = min(bits, v.bits)
	default:
		bits = v.bits
	}
	if bits < weakBits || v.flags&ordered != 0 {
		f |= v.flags & (constant | ordered)
	}
	return f, bits
}

// Notices gives the rows to be told of, the worst first: first those for customers, then what
// is for the vendor alone.
func (r *Report) Notices() iter.Seq[Notice] {
	return func(yield func(Notice) bool) {
		for _, l := range r.listed {
			if !yield(r.notice(l)) {
				return
			}
		}
	}
}

func (r *Report) notice(l listed) Notice {
	rec := r.audit.rows.at(l.row)
	f, bits := r.lit(rec)
	n := Notice{
		Customer: r.shown(r.audit.names.name(rec.customer)),
		Class:    l.class, Notify: f&deleted == 0 && notify(l.class, bits), Row: int64(rec.line),
		Deleted: f&deleted != 0,
	}
	if f&named != 0 {
		n.Customer = hiddenName
	}
	if rec.tail != noTail {
		n.Account = fmt.Sprintf("••••••••%04d", rec.tail)
	}
	if n.Deleted {
		n.Reasons = []string{"the integration was deleted, and its value is still here"}
		n.Action = "remove the value, and trace what else is left (deputy trace)"
		return n
	}
	n.Reasons = reasonsOf(f, int(rec.version), bits)
	n.Action = actions[l.class]
	if l.class == Chosen && !n.Notify {
		n.Action = actions[Ageing]
	}
	return n
}

// hiddenName stands for a name that holds a value.
const hiddenName = "(not shown: it holds an External ID)"

// shown returns the name of a customer, unless a value of the table stands in it: every piece
// of it between two of its words' bounds is looked up.
func (r *Report) shown(name string) string {
	var bounds []int
	for i := 0; i <= len(name); i++ {
		if i == 0 || i == len(name) || !ascii.IsAlnum(name[i]) || !ascii.IsAlnum(name[i-1]) || ascii.IsDigit(name[i]) != ascii.IsDigit(name[i-1]) {
			bounds = append(bounds, i)
		}
	}
	if len(bounds) > 64 {
		return hiddenName // to look up all pieces would take long
	}
	for i, from := range bounds {
		for _, to := range bounds[i+1:] {
			if r.values.first(maphash.String(r.audit.seed, name[from:to])|1) != nil {
				return hiddenName
			}
		}
	}
	return table.Printable(name)
}

// maxFormsTold is how many forms a report tells of.
const maxFormsTold = 20

func (r *Report) forms() {
	for i := range r.audit.populations {
		f := &r.audit.populations[i]
		if !f.view.known || f.view.together {
			continue
		}
		r.Forms = append(r.Forms, Form{
			Rows: f.rows, Length: f.view.length, Constant: f.view.fixed, Bits: f.view.bits, Even: f.view.uniform, Ordered: f.view.flags&ordered != 0,
		})
	}
	slices.SortFunc(r.Forms, func(a, b Form) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Length, b.Length)) })
	r.Forms = r.Forms[:min(len(r.Forms), maxFormsTold)]
}
