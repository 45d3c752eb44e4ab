package storetest

import "syscall"

func cannotRun() string            { return "not tried on Windows" }
func own(string) error             { return nil }
func asUser() *syscall.SysProcAttr { return nil }
