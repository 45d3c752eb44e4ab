//go:build unix

package isolate

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a worker into a process group of its own, with whatever it
// starts, so that killing ends all of them and an interrupt from the terminal
// comes to us alone.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may be gone already
	}
}
