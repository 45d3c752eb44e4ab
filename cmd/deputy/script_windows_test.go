package main

import "github.com/rogpeppe/go-internal/testscript"

// mkfifo skips the transcript: files on this system are never pipes.
func mkfifo(ts *testscript.TestScript, _ bool, _ []string) {
	_ = ts.Exec("exit")
	ts.Fatalf("[unix] guards transcripts with pipes")
}
