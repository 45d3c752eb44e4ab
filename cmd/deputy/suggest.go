package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/internal/suggest"
)

// knownVerb returns an error for arguments of the bare command: they begin with a verb that
// there is not.
func knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return fmt.Errorf("unknown verb %q%s\nSee '%s --help'", args[0], suggest.DidYouMean(args[0], verbs), cmd.CommandPath())
}

// knowVerbs has every command that only holds others say so of a verb that it does not
// know, where cobra would print its help and be content.
func knowVerbs(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		knowVerbs(c)
	}
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args = knownVerb
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
}

// newHelp is cobra's help, but that a verb that there is not is an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Help about any verb",
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 && of.HasSubCommands() {
				return knownVerb(of, rest)
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

// flagError says what is wrong with a flag, and which one may be meant.
func flagError(cmd *cobra.Command, err error) error {
	hint := ""
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if name := unknown.GetSpecifiedName(); len(name) > 1 {
			hint = suggest.DidYouMean(name, names)
		}
	}
	return fmt.Errorf("%w%s\nSee '%s --help'", err, strings.ReplaceAll(hint, `"`, "--"), cmd.CommandPath())
}
