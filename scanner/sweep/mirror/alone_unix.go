//go:build unix

package mirror

import (
	"os/exec"
	"syscall"
)

// alone puts a command into a process group of its own, and kills all of that when its
// context ends.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
