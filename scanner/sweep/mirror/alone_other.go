//go:build !unix

package mirror

import "os/exec"

func alone(cmd *exec.Cmd) { cmd.Cancel = func() error { return cmd.Process.Kill() } }
