//go:build !unix

package mirror

import (
	"os"
	"os/exec"
)

func alone(cmd *exec.Cmd, _ *os.File) { cmd.Cancel = func() error { return cmd.Process.Kill() } }
