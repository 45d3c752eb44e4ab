// Command deputy keeps a vendor from becoming a confused deputy: it finds
// leaked AWS account IDs, External IDs and keys. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/extract/all"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
)

// The exit codes of the contract.
const (
	exitClean      = 0
	exitFindings   = 1
	exitCannotRun  = 2
	exitUnexamined = 3
)

// verdict is the outcome of a verb that ran as it should; only main turns it
// into an exit code. It is an error so that cobra hands it through.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

func main() {
	if isolate.IsWorker() { // the scanner calls us to read a document
		isolate.Work(all.Extractors())
		return
	}
	if driver.IsUnit(os.Args[1:]) { // go vet -vettool calls us
		driver.UnitMain(policy.Config{})
		return
	}
	os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs a command line and returns its exit code.
func execute(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var v verdict
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &v):
		return int(v)
	case ctx.Err() != nil:
		_, _ = fmt.Fprintln(errs, "deputy: interrupted")
		return exitCannotRun
	}
	_, _ = fmt.Fprintf(errs, "deputy: %v\n", err)
	return exitCannotRun
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "deputy",
		Short: "Find leaked AWS account IDs, External IDs and keys",
		Long: `deputy keeps a vendor that works in its customers' AWS accounts from becoming
a confused deputy: it finds account IDs, External IDs and keys that leaked into
git history, work trees and files.

  deputy scan .            what leaked here, where, since when, and why we think so
  deputy vet ./...         Go code that logs, returns, accepts or sends External IDs
  deputy check .           templates and policies that let a vendor in too easily
  deputy sweep list        the repositories that an organisation has
  deputy trace TARGET…     what is left of a customer that was off-boarded
  deputy audit …           External IDs that are weak or shared, keys that are old
  deputy serve             what sweeps found, as a page
  deputy extract FILE      the text that scan sees in a document
  deputy explain RULE      what a rule looks for and what to do about a finding

Exit codes: 0 nothing found; 1 findings; 2 it could not run, or nothing was
examined; 3 with --fail-on-unexamined, nothing found but something went
unexamined.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          knownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.Version = buildinfo.Version()
	root.SetVersionTemplate("deputy {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		diagnosed(newScan()),
		diagnosed(newVet()),
		diagnosed(newCheck()),
		newSweep(),
		newFix(),
		newPurge(),
		newServe(),
		newWorker(),
		newBaseline(),
		newHook(),
		newExtract(),
		newRules(),
		newExplain(),
		newAudit(),
		newMigrate(),
		diagnosed(newTrace()),
		newAccounts(),
		newConfig(),
		newVersion(),
		newMan(),
	)
	root.SetHelpCommand(newHelp())
	knowVerbs(root)
	return root
}
