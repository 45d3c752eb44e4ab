// Command bench times deputy vet beside gosec, and go vet with deputy as its tool
// beside plain go vet, on a module of your choice:
//
//	go run ./bench -deputy PATH [-gosec PATH] DIR
//
// "cold" starts with an empty build cache, "warm" repeats the run with the cache that
// the cold one left. What is told is wall time and the memory of the largest process.
// gosec and deputy vet both load types from the build cache; their cold runs therefore
// start with one in which the dependencies are built.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	deputy := flag.String("deputy", "", "path of deputy")
	gosec := flag.String("gosec", "", "path of gosec; it is left out if empty")
	flag.Parse()
	if flag.NArg() != 1 || *deputy == "" {
		fmt.Fprintln(os.Stderr, "usage: bench -deputy PATH [-gosec PATH] DIR")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *deputy, *gosec); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench runs commands in one module.
type bench struct {
	dir   string
	cache string // of the command that runs
}

func run(dir, deputy, gosec string) error {
	tmp, err := os.MkdirTemp("", "deputy-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if deputy, err = filepath.Abs(deputy); err != nil {
		return err
	}
	fmt.Printf("%-34s %10s %10s %12s\n", "", "cold", "warm", "largest")
	b := bench{dir: dir}
	b.cache = filepath.Join(tmp, "plain")
	b.compare("go vet ./...", []string{"go", "vet", "./..."})
	b.cache = filepath.Join(tmp, "tool") // from here on, the dependencies are in it
	b.compare("go vet -vettool=deputy ./...", []string{"go", "vet", "-vettool=" + deputy, "./..."})
	b.compare("deputy vet ./...", []string{deputy, "vet", "./..."})
	if gosec != "" {
		b.compare("gosec ./...", []string{gosec, "-quiet", "-no-fail", "./..."})
	}
	return nil
}

// compare runs a command twice and tells both times.
func (b bench) compare(name string, args []string) {
	cold, rss1 := b.time(args)
	warm, rss2 := b.time(args)
	fmt.Printf("%-34s %10s %10s %9d MB\n", name, cold.Round(10*time.Millisecond), warm.Round(10*time.Millisecond), max(rss1, rss2)>>10)
}

// time runs a command and tells its wall time and the resident memory of its largest
// process in KiB. What it says and whether it finds anything does not matter here.
func (b bench) time(args []string) (time.Duration, int64) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOCACHE="+b.cache)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return took, 0
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return took, 0
	}
	return took, usage.Maxrss
}
