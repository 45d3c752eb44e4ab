package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// hooks is where the hooks of a repository lie, and who owns them.
type hooks struct {
	dir    string // that git looks into
	husky  string // directory of husky, whose hooks are files of the repository; "" if it is not used
	other  string // program that writes the hooks itself; "" if there is none
	shared bool   // other repositories use the directory, too
}

// findHooks finds them for the repository around the current directory.
func findHooks() (*hooks, error) {
	dir, err := hookRepository()
	if err != nil {
		return nil, err
	}
	h := &hooks{}
	h.dir, h.shared = dir.HooksPath()
	if root := dir.WorkTree; root != "" {
		h.husky = huskyOf(root, h.dir)
		h.other = managerOf(root)
	}
	return h, nil
}

// huskyOf returns the directory of husky's hooks, of which git sees a shadow in _.
func huskyOf(root, hooksDir string) string {
	husky := filepath.Join(root, ".husky")
	if hooksDir == husky || hooksDir == filepath.Join(husky, "_") {
		return husky
	}
	return ""
}

// lefthookFiles are the names that lefthook's configuration has.
var lefthookFiles = []string{"lefthook.yml", "lefthook.yaml", "lefthook.toml", "lefthook.json", ".lefthook.yml", ".lefthook.yaml", ".lefthook.toml", ".lefthook.json"}

// managerOf returns the program that overwrites hooks here.
func managerOf(root string) string {
	for _, name := range lefthookFiles {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			return name
		}
	}
	return ""
}

// Our hooks are known by this line.
const hookMark = "# deputy hook: written by `deputy hook install`, removed by `deputy hook uninstall`"

// chained is what a hook that was there before is called while ours is installed.
const chained = ".chained"

// hookScript writes a hook: first the one that was there, then ours. Both are given
// what git writes to standard input.
func hookScript(name, program string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n%s\n", hookMark)
	if name == "pre-commit" {
		fmt.Fprintf(&b, "if [ -x \"$0%s\" ]; then \"$0%s\" \"$@\" || exit; fi\n", chained, chained)
	} else {
		fmt.Fprintf(&b, "input=$(cat; echo .)\ninput=${input%%.}\n")
		fmt.Fprintf(&b, "if [ -x \"$0%s\" ]; then printf %%s \"$input\" | \"$0%s\" \"$@\" || exit; fi\n", chained, chained)
	}
	b.WriteString(hookCall(name, program))
	return b.String()
}

// hookCall is the part of a hook that calls us: as we lie on the PATH, else where we
// lay when the hook was installed. If we are gone the hook says so and refuses.
func hookCall(name, program string) string {
	quoted := "'" + strings.ReplaceAll(program, "'", `'\''`) + "'"
	input := ""
	if name != "pre-commit" {
		input = `printf %s "$input" | `
	}
	return fmt.Sprintf(`deputy=$(command -v deputy) || deputy=%s
[ -x "$deputy" ] || { echo "deputy is not here: install it, or remove this hook: $0" >&2; exit 1; }
%s"$deputy" hook run %s "$@"
`, quoted, input, name)
}

// install returns what was done, in words.
func (h *hooks) install(name string, shared bool) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	switch {
	case h.other != "":
		return "", fmt.Errorf("%s: lefthook owns the hooks here and would overwrite ours: add to it\n\n%s:\n  commands:\n    deputy:\n      run: deputy hook run %s", h.other, name, name)
	case h.shared && !shared && h.husky == "":
		return "", fmt.Errorf("core.hooksPath: %s is used by other repositories, too: install there with --shared", h.dir)
	case h.husky != "":
		return h.installHusky(name)
	}
	file := filepath.Join(h.dir, name)
	old, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	case isOurs(old):
	default:
		if _, err := os.Lstat(file + chained); err == nil {
			return "", fmt.Errorf("%s: there is a hook that goes first already: %s", file, file+chained)
		}
		if err := os.Rename(file, file+chained); err != nil {
			return "", err
		}
	}
	if err := writeHook(file, hookScript(name, program)); err != nil {
		return "", err
	}
	done := name + ": installed in " + file
	if _, err := os.Stat(file + chained); err == nil {
		done += ", behind the one that was there (" + filepath.Base(file) + chained + ")"
	}
	return done, nil
}

func isOurs(hook []byte) bool { return bytes.Contains(hook, []byte(hookMark)) }

// installHusky adds a line to husky's own hook.
func (h *hooks) installHusky(name string) (string, error) {
	file := filepath.Join(h.husky, name)
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if strings.Contains(string(old), huskyLine(name)) {
		return name + ": husky calls us already, in " + file, nil
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if err := writeHook(file, text+huskyLine(name)+"\n"); err != nil {
		return "", err
	}
	return name + ": added to husky's " + file, nil
}

func huskyLine(name string) string { return "deputy hook run " + name + ` "$@"` }

// writeHook replaces a hook as a whole.
func writeHook(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".deputy-hook-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o755), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// uninstall returns what was done, "" if there was nothing of ours.
func (h *hooks) uninstall(name string) (string, error) {
	if h.husky != "" {
		return h.uninstallHusky(name)
	}
	file := filepath.Join(h.dir, name)
	old, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !isOurs(old) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	err = os.Rename(file+chained, file)
	if errors.Is(err, fs.ErrNotExist) {
		return name + ": removed", os.Remove(file)
	}
	return name + ": removed, and the one that was there before is back", err
}

func (h *hooks) uninstallHusky(name string) (string, error) {
	file := filepath.Join(h.husky, name)
	old, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !strings.Contains(string(old), huskyLine(name)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text := strings.Replace(string(old), huskyLine(name)+"\n", "", 1)
	if text == "" {
		return name + ": removed", os.Remove(file)
	}
	return name + ": removed from husky's " + file, writeHook(file, text)
}

// status says in words what a hook is, and whether it calls us.
func (h *hooks) status(name string) (state string, ours bool) {
	file := filepath.Join(h.dir, name)
	if h.husky != "" {
		file = filepath.Join(h.husky, name)
	}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && h.other != "":
		return "not installed: lefthook owns the hooks here (" + h.other + ")", false
	case errors.Is(err, fs.ErrNotExist):
		return "not installed", false
	case err != nil:
		return "cannot be read: " + err.Error(), false
	case h.husky != "" && strings.Contains(string(text), huskyLine(name)):
		return "installed in husky's " + file, true
	case !isOurs(text):
		return "another hook: " + file, false
	}
	if info, err := os.Stat(file); err == nil && info.Mode()&0o111 == 0 {
		return "cannot be executed, so git does not run it: " + file, false
	}
	if _, err := os.Stat(file + chained); err == nil {
		return "installed in " + file + ", behind " + filepath.Base(file) + chained, true
	}
	return "installed in " + file, true
}
