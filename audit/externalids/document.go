package externalids

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/audit/table"
)

// Document returns the report as it is written: whom to tell, the worst first.
func (r *Report) Document() *table.Document {
	classes := map[string]int64{}
	for _, c := range Classes() {
		classes[c.String()] = r.Classes[c]
	}
	forms := r.Forms
	if forms == nil {
		forms = []Form{}
	}
	return &table.Document{
		Title:   "Audit of External IDs",
		Columns: []string{"customer", "account", "class", "notify", "row", "reasons", "action"},
		Rows:    r.rows(),
		Summary: r.summary(),
		Facts: struct {
			Rows      int64            `json:"rows"`
			Classes   map[string]int64 `json:"classes"`
			Deleted   int64            `json:"deleted"`
			Holding   int64            `json:"deleted_with_value"`
			ToNotify  int64            `json:"to_notify"`
			Customers int64            `json:"customers_to_notify"`
			Forms     []Form           `json:"forms"`
			Hashes    string           `json:"hashes"`
		}{r.Rows, classes, r.Deleted, r.Holding, r.ToNotify, r.Customers, forms, r.Derivation},
		Unexamined: r.Unexamined,
	}
}

func (r *Report) rows() iter.Seq[table.Row] {
	return func(yield func(table.Row) bool) {
		for n := range r.Notices() {
			class, notify := n.Class.String(), "no"
			if n.Deleted {
				class = "deleted"
			}
			if n.Notify {
				notify = "yes"
			}
			head := []string{fmt.Sprintf("%-7s", class)}
			for _, part := range []string{n.Customer, n.Account} {
				if part != "" {
					head = append(head, part)
				}
			}
			head = append(head, "row "+strconv.FormatInt(n.Row, 10))
			row := table.Row{
				Head: head, Detail: []string{strings.Join(n.Reasons, "; ")}, Action: n.Action,
				Cells: []string{n.Customer, n.Account, class, notify, strconv.FormatInt(n.Row, 10), strings.Join(n.Reasons, "; "), n.Action},
				Value: n,
			}
			if !yield(row) {
				return
			}
		}
	}
}

func (r *Report) summary() []string {
	var counts []string
	for _, c := range Classes() {
		if n := r.Classes[c]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, c))
		}
	}
	if len(counts) == 0 {
		counts = []string{"none in use"}
	}
	lines := []string{
		fmt.Sprintf("%d rows: %s", r.Rows, strings.Join(counts, ", ")),
		fmt.Sprintf("%d customers are to be notified, of %d External IDs", r.Customers, r.ToNotify),
	}
	if r.Deleted > 0 {
		lines = append(lines, fmt.Sprintf("%d integrations are deleted; %d of them still hold their value", r.Deleted, r.Holding))
	}
	for _, f := range r.Forms {
		about := []string{fmt.Sprintf("%.0f bits", f.Bits)}
		if f.Constant > 0 {
			about = append(about, fmt.Sprintf("%d characters are the same in all", f.Constant))
		}
		if f.Ordered {
			about = append(about, "in order of time")
		}
		lines = append(lines, fmt.Sprintf("%d values of %d characters: %s", f.Rows, f.Length, strings.Join(about, ", ")))
	}
	return append(lines, r.Derivation)
}

// told are the classes in the words of a letter to the customer.
var told = [...]string{
	Weak:   "is not random enough: somebody who knows how it is made could find it",
	Chosen: "was not generated at random: somebody could guess it",
	Static: "is not yours alone",
	None:   "is missing",
}

// Letters writes a letter to each customer that is to be notified.
func (r *Report) Letters(w io.Writer) error {
	byCustomer := map[uint32][]listed{}
	var order []uint32
	for _, l := range r.listed {
		rec := r.audit.rows.at(l.row)
		if rec.flags&deleted != 0 || !notify(l.class, float64(l.bits)) {
			continue
		}
		if byCustomer[rec.customer] == nil {
			order = append(order, rec.customer)
		}
		byCustomer[rec.customer] = append(byCustomer[rec.customer], l)
	}
	for i, customer := range order {
		var lines []string
		name := ""
		for _, l := range byCustomer[customer] {
			n := r.notice(l)
			name = n.Customer
			account := "an account that our table does not name"
			if n.Account != "" {
				account = "the account that ends in " + n.Account[len(n.Account)-4:]
			}
			if line := fmt.Sprintf("  * for %s, the External ID %s", account, told[l.class]); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		if name == "" {
			name = "customer"
		}
		if i > 0 {
			if _, err := io.WriteString(w, "\f\n"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, letter, name, strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}

const letter = `To: %s
Subject: Please replace the External ID of your AWS integration

To read your AWS accounts we assume a role in each of them, and present an External
ID that its trust policy demands. It keeps others from having us enter your accounts
on their behalf. We have audited all the External IDs that we hold, and found that

%s.

We know of no misuse. Please

  1. have a new External ID generated on the page of the integration, one for each
     account, and
  2. put it into the trust policy of the role, as the value of the condition
     sts:ExternalId, in place of the old one.

Until then the integration goes on as it is. The External ID is a secret between you
and us: do not send it in an answer to this letter.
`
