//go:build unix

package storetest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// PostgreSQL does not run as root, so that root runs it as somebody else.
func somebody() (uid, gid int, ok bool) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return uid, gid, true
		}
	}
	return 0, 0, false
}

func cannotRun() string {
	if os.Geteuid() == 0 {
		if _, _, ok := somebody(); !ok {
			return "it does not run as root, and there is no other user"
		}
	}
	return ""
}

func own(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, _ := somebody()
	return os.Chown(dir, uid, gid)
}

func asUser() *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, _ := somebody()
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
