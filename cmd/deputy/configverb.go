package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Work with the configuration file " + run.FileName,
		Long: `A scan reads ` + run.FileName + ` from the directory that it scans, or the nearest
one above it in the repository. A flag goes before the file, and the file before the
default. The keys are the flags' names; beside them the file may hold rules of your own,
settings of rules by path, and the inventory of accounts.

For editors that know JSON schemas, 'deputy config schema' prints one.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigInit(), newConfigCheck(), newConfigShow(), newConfigSchema())
	return cmd
}

// example is what 'deputy config init' writes: everything there is, and nothing switched
// on.
const exampleConfig = `# deputy's configuration. Flags go before it; 'deputy config show' says what holds.

# Paths that are not scanned, as globs. A glob without a slash matches in every directory.
#exclude: [node_modules, "*.lock", "third_party/**"]

# What is known already: made by 'deputy baseline create'.
#baseline: .deputy-baseline.json

# Whose an account is: own, customer, vendor or example. The last two are not reported.
#inventory:
#  - {account: "argon2id:…", class: vendor, name: our integration account}

# Rules that are switched off, or matter more or less, somewhere or everywhere.
#settings:
#  - {rule: "gcp-*", enabled: false, reason: we have none}
#  - {rule: aws-account-id, paths: [test, "docs/**"], severity: low}

# Rules of gitleaks, and rules of your own; 'deputy rules test' tries their examples.
#rules: [.gitleaks.toml]
#custom-rules:
#  - id: acme-token
#    title: Token of the Acme API
#    pattern: '\bacme_([a-z0-9]{32})\b'
#    severity: high
#    remedy: Revoke it in the Acme console.
#    match: ["token = acme_‹hex:32›"]
#    no-match: ["acme_example"]
`

func newConfigInit() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Write a configuration file to begin with",
		Long: "Writes " + run.FileName + " into the current directory, with every sort of key in a comment.\n\nExit codes: 0 it was written; 2 there is one already.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := os.OpenFile(run.FileName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if err != nil {
				return err
			}
			_, err = io.WriteString(f, exampleConfig)
			if err = errors.Join(err, f.Close()); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "deputy: wrote %s\n", run.FileName)
			return err
		},
	}
}

func newConfigCheck() *cobra.Command {
	var o configFlags
	cmd := &cobra.Command{
		Use: "check [TARGET]", Short: "Say whether the configuration can be used",
		Long: "Reads the configuration of TARGET (default: the current directory) with all that it\nnames: rules, inventory, baseline.\n\nExit codes: 0 it can be used; 2 it cannot, or there is none.",
		Args: cobra.MaximumNArgs(1),
	}
	var c run.Config
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name, _, err := o.load(cmd.Flags(), &c, targetOf(args))
		if err != nil {
			return err
		}
		if name == "" {
			return fmt.Errorf("no %s here or above: 'deputy config init' writes one", run.FileName)
		}
		if _, err := run.New(c, notices(cmd.ErrOrStderr()), logOf(cmd.Context())); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: in order\n", report.Printable(name))
		return err
	}
	o.flags(cmd.Flags())
	c = run.Default()
	return cmd
}

func newConfigShow() *cobra.Command {
	var (
		o configFlags
		c run.Config
	)
	cmd := &cobra.Command{
		Use: "show [TARGET]", Short: "Print what holds, and where each value comes from",
		Long: "Prints the configuration that 'deputy scan' with the same flags would have for TARGET\n(default: the current directory): a flag, the environment, the file with the line, or\nthe default.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, keys, err := o.load(cmd.Flags(), &c, targetOf(args))
			if err != nil {
				return err
			}
			return showConfig(cmd.OutOrStdout(), cmd.Flags(), &c, name, keys)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	o.flags(f)
	scanFlags(f, &c)
	return cmd
}

// showConfig writes a key a line, with its value and where that comes from.
func showConfig(w io.Writer, f *pflag.FlagSet, c *run.Config, name string, keys map[string]int) error {
	for _, key := range run.Keys() {
		value, err := c.Value(key)
		if err != nil {
			return err
		}
		from := "default"
		flag := f.Lookup(key)
		switch line, ok := keys[key]; {
		case flag != nil && flag.Changed:
			from = "flag --" + key
		case ok:
			from = fmt.Sprintf("%s:%d", name, line)
		case key == "fingerprint-key" && os.Getenv(run.KeyVariable) != "":
			from = "environment $" + run.KeyVariable
		}
		if _, err := fmt.Fprintf(w, "%s: %s  # %s\n", key, report.Printable(strings.Join(strings.Fields(value), " ")), report.Printable(from)); err != nil {
			return err
		}
	}
	return nil
}

func newConfigSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON schema of the configuration file",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), run.Schema)
			return err
		},
	}
}

func targetOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
