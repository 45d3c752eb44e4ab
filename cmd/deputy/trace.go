package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/internal/filterrepo"
	"github.com/deputy-sec/deputy/scanner/detect/exact"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/target"
	"github.com/deputy-sec/deputy/scanner/trace"
)

type traceOptions struct {
	scan     scanOptions // its outputs and configuration
	values   string
	customer string
	purge    string
	receipts []string
}

func newTrace() *cobra.Command {
	var o traceOptions
	cmd := &cobra.Command{
		Use:   "trace --values FILE|- TARGET...",
		Short: "Find what is left of a customer that was off-boarded",
		Long: `Looks for what belonged to a customer in each TARGET: repositories with all their history,
directories, documents, archives, dumps, logs, SQLite files, and PostgreSQL databases by
their URL (postgres://…), of which every text, number and JSON is read in one transaction
that can change nothing; a place is table, column and key of the row. Give the password by
PGPASSWORD or ~/.pgpass: arguments can be seen by others, and a password is never shown.

The values are read from a file or standard input, never from arguments: one a line, as
it is or behind its kind and a colon. The NAME of --customer is for the receipt; to have
it looked for, write it among the values as name:…

  account:123456789012      twelve digits
  external-id:…
  role:arn:aws:iam::…       brings its account along
  domain:customer.example
  name:Customer Limited
  value:…

They are found in every spelling: digits in groups, numbers of JSON and spreadsheets, URL-,
JSON- and HTML-escaped, in base64, hexadecimal digits and UTF-16, within ARNs, hosts and
names of files and branches. Marks and baselines that allow findings do not count.

Exit codes: 0 nothing is left, and all was examined; 1 something is left; 2 it could not
run, or nothing was examined; 3 nothing was found, but something was not examined.`,
		Example: `  deputy trace --values customer.txt --customer 'Customer Limited' --receipt receipt.html . /var/log/app
  deputy trace --values - --purge expressions.txt . < customer.txt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.values, "values", "", "read what belonged to the customer from `FILE`, or - for standard input")
	_ = cmd.MarkFlagRequired("values") // the flag is there
	f.StringVar(&o.customer, "customer", "", "the `NAME` of the customer, for the receipt")
	f.StringArrayVar(&o.receipts, "receipt", nil, "write what was looked for, where, when and with which result to `FILE` (.json or .html); may be repeated")
	f.StringVar(&o.purge, "purge", "", "write the expressions by which git filter-repo --replace-text removes what was found to `FILE`, outside of repositories")
	f.StringVar(&o.scan.format, "format", "", formatHelp())
	f.StringArrayVarP(&o.scan.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.scan.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	o.scan.volume.flags(f)
	scanFlags(f, &o.scan.config)
	for _, name := range []string{"all", "accounts", "rules", "state"} {
		_ = f.MarkHidden(name) // what they say does not count here
	}
	return cmd
}

// read reads the values. Standard input is either values or a target.
func (o *traceOptions) read(args []string, stdin io.Reader) ([]exact.Value, error) {
	if o.values == "-" {
		for _, a := range args {
			if a == "-" {
				return nil, errors.New("standard input cannot be both the values and a target")
			}
		}
	}
	in, err := openTable(o.values, stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	values, err := exact.Read(in)
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	return values, nil
}

func (o *traceOptions) run(ctx context.Context, targets []string, stdin io.Reader, stdout, stderr io.Writer) error {
	for _, name := range o.receipts {
		if ext := strings.ToLower(filepath.Ext(name)); ext != ".json" && ext != ".html" {
			return fmt.Errorf("receipt %s: want a name that ends in .json or .html", name)
		}
	}
	values, err := o.read(targets, stdin)
	if err != nil {
		return err
	}
	outputs, err := o.scan.wanted(stdout, notices(stderr))
	if err != nil {
		return err
	}
	if err := spare(outputs, targets); err != nil {
		return err
	}
	if o.customer != "" && !slices.ContainsFunc(values, func(v exact.Value) bool { return v.Kind == exact.Name }) {
		notices(stderr)("the customer's name is not looked for: write it among the values as name:… if it is to be")
	}
	detector := exact.New(values)
	o.scan.config.Target.IncludeIgnored = true
	scan, err := run.NewTrace(o.scan.config, detector, notices(stderr), logOf(ctx))
	if err != nil {
		return err
	}
	outputs, unwritten := openOutputs(outputs, false)
	defer abandon(outputs)
	if len(outputs) == 0 {
		return unwritten
	}
	receipt := &trace.Receipt{Version: 1, Program: "deputy " + buildinfo.Version(), Customer: o.customer, Begun: time.Now().UTC()}
	before, err := o.describe(ctx, targets)
	if err != nil {
		return err
	}
	result, failed := scanWith(ctx, scan, targets, stdin, stderr)
	if result == nil {
		return failed
	}
	if err := o.complete(ctx, receipt, scan, detector, before, targets, result); err != nil {
		return err
	}
	shown := &report.Result{Result: *result, Version: buildinfo.Version()}
	for _, output := range outputs {
		unwritten = errors.Join(unwritten, output.write(shown))
	}
	verdictTo := stderr
	if len(o.scan.outputs) == 0 && outputs[0].format.name == "text" {
		verdictTo = stdout
	}
	if _, err := fmt.Fprintln(verdictTo, strings.Join(receipt.Sentences, "; ")); err != nil {
		return err
	}
	if err := errors.Join(failed, unwritten, o.write(receipt, detector, stdout)); err != nil {
		return err
	}
	return o.verdict(receipt, result)
}

// describe describes the targets, if a receipt is to say what they are.
func (o *traceOptions) describe(ctx context.Context, names []string) ([]target.Description, error) {
	var out []target.Description
	for _, q := range target.Requests(names, target.Options{}) {
		d := target.Description{Name: q.Shown()}
		if len(o.receipts) > 0 {
			var err error
			if d, err = q.Describe(ctx); err != nil {
				return nil, err
			}
		}
		out = append(out, d)
	}
	return out, nil
}

func (o *traceOptions) complete(ctx context.Context, r *trace.Receipt, scan *run.Run, d *exact.Detector, before []target.Description, names []string, result *finding.Result) error {
	after, err := o.describe(ctx, names)
	if err != nil {
		return err
	}
	for i, t := range before {
		still := i < len(after) && after[i].Stamp == t.Stamp
		r.Targets = append(r.Targets, trace.Target{Description: t, Unchanged: still})
	}
	if len(o.receipts) > 0 {
		r.KeyID = scan.Fingerprints().KeyID()
		for _, v := range d.Values() {
			r.Values = append(r.Values, trace.Value{Kind: string(v.Kind), Mask: v.Secret().Mask(), Fingerprint: scan.Fingerprints().Fingerprint(exact.Rule(v.Kind), v.Secret().Reveal())})
		}
	}
	r.Ended = time.Now().UTC()
	r.Take(result)
	return nil
}

// write writes receipts and expressions.
func (o *traceOptions) write(r *trace.Receipt, d *exact.Detector, stdout io.Writer) error {
	var errs []error
	for _, name := range o.receipts {
		write := r.WriteJSON
		if strings.EqualFold(filepath.Ext(name), ".html") {
			write = r.WriteHTML
		}
		errs = append(errs, writeFile(name, stdout, write))
	}
	if o.purge != "" {
		errs = append(errs, writeExpressions(o.purge, d))
	}
	return errors.Join(errs...)
}

// writeExpressions writes what was found, in the spellings in which it stands.
func writeExpressions(name string, d *exact.Detector) error {
	file, err := filterrepo.Create(name)
	if err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	defer file.Abandon()
	var list []filterrepo.Expression
	for _, s := range d.Spellings() {
		list = append(list, filterrepo.Expression{Value: s.Text})
	}
	left, err := filterrepo.Write(file, list)
	if err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	if len(left) > 0 {
		return fmt.Errorf("purge: %d spellings cannot be removed by expressions: they are short or hold zeros; remove them by hand", len(left))
	}
	return nil
}

func (o *traceOptions) verdict(r *trace.Receipt, result *finding.Result) error {
	switch {
	case len(result.Findings) > 0:
		return verdict(exitFindings)
	case result.Stats.Blobs == 0:
		return errors.New(nothingExamined(result))
	case len(result.Unexamined) > 0 || !r.Clean:
		return verdict(exitUnexamined)
	}
	return nil
}
