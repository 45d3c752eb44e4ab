package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
)

func newAccounts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accounts",
		Short: "Work with the inventory that says whose an account is",
		Long: `An inventory tells 'deputy scan --accounts FILE' whose an account is. It is a
text file, one account a line:

  # account      class      name
  111122223333   own        production
  444455556666   customer   Example Corp
  777788889999   vendor     our integration account, published on purpose

Classes: own, customer, vendor and example. Vendor and example accounts are not
reported. A list of customers' accounts is itself worth stealing: 'deputy
accounts hash' writes it without telling them.`,
	}
	cmd.AddCommand(newAccountsHash())
	return cmd
}

func newAccountsHash() *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use:   "hash [FILE]",
		Short: "Rewrite an inventory with its accounts hashed",
		Long: `Rewrites an inventory from FILE (or standard input) to standard output with each
account replaced by its argon2id hash. Give the scan the same --fingerprint-key:
without a key of your own a hash of twelve digits withstands a patient attacker
only for so long.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := run.ReadKey(keyFile)
			if err != nil {
				return err
			}
			in := cmd.InOrStdin()
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			return hashInventory(in, cmd.OutOrStdout(), finding.NewFingerprinter(key))
		},
	}
	cmd.Flags().StringVar(&keyFile, "fingerprint-key", "", "read the key of the hashes from `FILE`")
	return cmd
}

// hashInventory copies an inventory line by line, comments included.
func hashInventory(in io.Reader, out io.Writer, f *finding.Fingerprinter) error {
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if fields := strings.Fields(line); len(fields) > 0 {
			if id, ok := accounts.Canonical(fields[0]); ok {
				fields[0] = accounts.Hash(f, id)
				line = strings.Join(fields, " ")
			}
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return lines.Err()
}
