package ocr

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runToEnd runs a program that is killed when we are. The system ties that to the
// thread which started it, so the thread is kept. The program stays in our process
// group: who kills or interrupts that means it, too.
func runToEnd(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}
