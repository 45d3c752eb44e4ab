package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/audit/credentials"
	"github.com/deputy-sec/deputy/audit/externalids"
	"github.com/deputy-sec/deputy/audit/rows"
	"github.com/deputy-sec/deputy/audit/table"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Audit the External IDs and the credentials that a vendor holds",
	}
	cmd.AddCommand(diagnosed(newAuditExternalIDs()), diagnosed(newAuditCredentials()))
	return cmd
}

// auditOutput says how an audit is written.
type auditOutput struct {
	format           string
	files            []string
	failOnUnexamined bool
}

func (o *auditOutput) flags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "", "write `FORMAT`: "+strings.Join(table.Formats(), ", ")+" (default by the output's extension, else text)")
	f.StringArrayVarP(&o.files, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.BoolVar(&o.failOnUnexamined, "fail-on-unexamined", false, "exit with 3 if a row could not be read")
}

// formats returns the format of each file.
func (o *auditOutput) formats() ([]string, error) {
	if o.format != "" && !slices.Contains(table.Formats(), o.format) {
		return nil, fmt.Errorf("unknown format %q: want %s", o.format, strings.Join(table.Formats(), ", "))
	}
	files := o.files
	if len(files) == 0 {
		files = []string{""}
	}
	byEnding := map[string]string{".txt": "text", ".csv": "csv", ".json": "json", ".html": "html", ".htm": "html"}
	var out []string
	for _, name := range files {
		format := byEnding[strings.ToLower(filepath.Ext(name))]
		switch {
		case o.format != "" && (len(files) == 1 || format == ""):
			format = o.format
		case format == "" && filepath.Ext(name) != "":
			return nil, fmt.Errorf("output %s: no format has the extension %q", name, filepath.Ext(name))
		case format == "":
			format = "text"
		}
		out = append(out, format)
	}
	return out, nil
}

// write writes a document to all outputs. One that fails does not keep the others from it.
func (o *auditOutput) write(d *table.Document, stdout io.Writer) error {
	formats, err := o.formats()
	if err != nil {
		return err
	}
	if len(o.files) == 0 {
		return table.Write(stdout, formats[0], d)
	}
	var errs []error
	for i, name := range o.files {
		errs = append(errs, writeFile(name, stdout, func(w io.Writer) error { return table.Write(w, formats[i], d) }))
	}
	return errors.Join(errs...)
}

// writeFile fills a file, as a whole or not at all; "-" is standard output.
func writeFile(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "-" {
		return write(stdout)
	}
	out, err := openOutput(name, true)
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	defer out.abandon()
	if err := out.fill(write); err != nil {
		return fmt.Errorf("output: %s: %w", name, err)
	}
	return nil
}

// openTable opens a table for reading: a file, or standard input for "-".
func openTable(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(name)
}

// auditMemory is from how many bytes on the collector runs more often: ten million rows take
// two thirds of it.
const auditMemory = 920 << 20

type auditExternalIDs struct {
	output          auditOutput
	columns         []string
	database, query string
	letter          string
	jobs            int
}

func newAuditExternalIDs() *cobra.Command {
	var o auditExternalIDs
	cmd := &cobra.Command{
		Use:   "externalids FILE|-",
		Short: "Find the External IDs that can be guessed or are shared, and whom to notify",
		Long: `Reads all External IDs that were given out, as CSV or JSON Lines with the columns
external_id and, where they are known, customer_id, account_id, customer_name, origin
(generated, chosen or static), status (active or deleted) and created_at. Other names of
columns are given by --columns. With --database and --query the rows come from a
database, in a transaction that can only read.

Each value is measured by itself, against what stands beside it, and against all others:

  none    there is no value, or one that AWS does not take     notify
  static  several customers have the same value                notify
  chosen  a person thought of it                                notify, if it is weak
  weak    fewer than 64 bits                                    notify
  ageing  64 to 95 bits, or one value for several accounts      rotate later
  good    all else

No value is ever printed. Rows are named by their line, or their number in the answer of
the query.

Exit codes: 0 nobody is to be notified; 1 somebody is; 2 it could not run, or there were
no rows; 3 with --fail-on-unexamined, nobody is to be notified but a row could not be
read.`,
		Example: `  deputy audit externalids integrations.csv --columns external_id=ext_id
  deputy audit externalids - --output audit.html --letter letters.txt < export.jsonl
  deputy audit externalids --database postgres://audit@db/app --query 'select * from integrations'`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case (o.database == "") != (o.query == ""):
				return errors.New("--database and --query go together")
			case o.database == "" && len(args) != 1 || o.database != "" && len(args) != 0:
				return errors.New("want one FILE, - for standard input, or --database and --query")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.output.flags(f)
	f.StringSliceVar(&o.columns, "columns", nil, "what the table calls its columns, as `NAME=COLUMN`, separated by commas")
	f.StringVar(&o.database, "database", "", "read the rows from the database at `URL` (postgres://…); the password is best left to PGPASSWORD or a password file")
	f.StringVar(&o.query, "query", "", "the `QUERY` that gives the rows")
	f.StringVar(&o.letter, "letter", "", "write a letter to each customer that is to be notified to `FILE`")
	f.IntVarP(&o.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how much to do at once, in `JOBS`")
	return cmd
}

func (o *auditExternalIDs) run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	if _, err := o.output.formats(); err != nil {
		return err
	}
	columns, err := rows.Named(externalids.Columns(), o.columns)
	if err != nil {
		return err
	}
	in, done, err := o.open(ctx, args, columns, stdin)
	if err != nil {
		return err
	}
	defer done()
	debug.SetMemoryLimit(auditMemory)
	report, err := externalids.Run(ctx, in, o.jobs)
	if err != nil {
		return err
	}
	if report.Rows == 0 {
		return errors.New("nothing was examined: there are no rows")
	}
	if err := o.output.write(report.Document(), stdout); err != nil {
		return err
	}
	if o.letter != "" {
		if err := writeFile(o.letter, stdout, report.Letters); err != nil {
			return err
		}
	}
	switch {
	case report.ToNotify > 0:
		return verdict(exitFindings)
	case o.output.failOnUnexamined && len(report.Unexamined) > 0:
		return verdict(exitUnexamined)
	}
	return nil
}

// open opens the table.
func (o *auditExternalIDs) open(ctx context.Context, args []string, columns []rows.Column, stdin io.Reader) (rows.Reader, func(), error) {
	if o.database != "" {
		return rows.Query(ctx, o.database, o.query, columns)
	}
	file, err := openTable(args[0], stdin)
	if err != nil {
		return nil, nil, err
	}
	in, err := rows.Open(file, columns)
	if err != nil {
		_ = file.Close() // it was read only
		return nil, nil, err
	}
	return in, func() { _ = file.Close() }, nil
}

func newAuditCredentials() *cobra.Command {
	var (
		output auditOutput
		maxAge int
		asOf   string
	)
	cmd := &cobra.Command{
		Use:   "credentials FILE|-",
		Short: "Audit the credential report of IAM",
		Long: `Reads the credential report that 'aws iam get-credential-report' gives out and says whose
keys are old or not used, who has two, who has a password without MFA, whether root has
keys, no MFA or was used, and which users a role should stand in for. Each row names the
sentence of the documents for vendors that it follows from, and what to do.

Exit codes: 0 nothing found; 1 findings; 2 it could not run, or there were no rows; 3
with --fail-on-unexamined, nothing found but something of the report could not be read.`,
		Example: `  aws iam get-credential-report --query Content --output text | base64 -d | deputy audit credentials -`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := credentials.Options{Now: time.Now().UTC(), MaxKeyAge: maxAge}
			if asOf != "" {
				day, err := time.Parse(time.DateOnly, asOf)
				if err != nil {
					return errors.New("--as-of wants a day such as 2006-01-02")
				}
				o.Now = day
			}
			if maxAge < 1 {
				return errors.New("--max-key-age must be at least 1")
			}
			return runAuditCredentials(args[0], o, output, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	output.flags(f)
	f.IntVar(&maxAge, "max-key-age", 90, "how old a key may be, and how long not used, in `DAYS`")
	f.StringVar(&asOf, "as-of", "", "judge the report as of `DAY`, as 2006-01-02 (default today)")
	return cmd
}

func runAuditCredentials(name string, o credentials.Options, output auditOutput, stdin io.Reader, stdout io.Writer) error {
	if _, err := output.formats(); err != nil {
		return err
	}
	file, err := openTable(name, stdin)
	if err != nil {
		return err
	}
	defer file.Close()
	in, err := rows.Open(file, credentials.Columns())
	if err != nil {
		return err
	}
	report, err := credentials.Run(in, o)
	if err != nil {
		return err
	}
	if report.Users == 0 {
		return errors.New("nothing was examined: there are no users in the report")
	}
	if err := output.write(report.Document(), stdout); err != nil {
		return err
	}
	switch {
	case len(report.Findings) > 0:
		return verdict(exitFindings)
	case output.failOnUnexamined && len(report.Unexamined) > 0:
		return verdict(exitUnexamined)
	}
	return nil
}
