// Command bench times deputy vet beside gosec, and go vet with deputy as its tool
// beside plain go vet, on a module of your choice:
//
//	go run ./bench -deputy PATH [-gosec PATH] DIR
//
// "cold" starts with an empty build cache, "warm" repeats the run with the cache that
// the cold one left. What is reported is wall time, the processor time of all processes
// together, which a busy machine does not change, and the memory of the largest one.
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
	fmt.Printf("%-32s %20s %20s %12s\n", "wall / processor", "cold", "warm", "largest")
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
	cold, warm := b.measure(args), b.measure(args)
	fmt.Printf("%-32s %20s %20s %9d MB\n", name, cold, warm, max(cold.memory, warm.memory)>>10)
}

// cost is what a run took.
type cost struct {
	wall, processor time.Duration
	memory          int64 // resident, of the largest process, in KiB
}

func (c cost) String() string {
	return fmt.Sprintf("%.1f s / %.1f s", c.wall.Seconds(), c.processor.Seconds())
}

// measure runs a command. What it says and whether it finds anything does not matter
// here.
func (b bench) measure(args []string) cost {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "GOCACHE="+b.cache)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	start := time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(start)}
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return c
	}
	c.processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.memory = usage.Maxrss
	}
	return c
}
