//go:build unix

package mirror

import (
	"os"
	"os/exec"
	"syscall"
)

// alone puts a command into a process group of its own, and kills all of that when its
// context ends. The command and all that it starts hold a file too, nil for none, so that
// its lock outlives whoever started them: who is killed leaves them behind.
func alone(cmd *exec.Cmd, held *os.File) {
	if held != nil {
		cmd.ExtraFiles = []*os.File{held}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
