//go:build !linux

package ocr

import "os/exec"

// runToEnd runs a program. It stays in our process group, so who kills or
// interrupts that means it, too; and what it has not read yet of its input ends
// with us.
func runToEnd(cmd *exec.Cmd) error { return cmd.Run() }
