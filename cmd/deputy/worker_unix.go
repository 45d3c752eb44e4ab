//go:build unix

package main

import (
	"os"
	"syscall"
)

// replaceProcess puts a new process of the same program into this one's place. It returns
// only if that fails.
func replaceProcess() {
	self, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(self, os.Args, append(os.Environ(), restarted+"=1")) // the caller exits
}
