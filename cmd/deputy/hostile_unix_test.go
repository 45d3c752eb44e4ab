//go:build unix

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostileInput is one that is made to hurt. Its bounds are of the processor, not of the clock, so
// that a slow machine meets them, too.
type hostileInput struct {
	name        string
	small, full func(t testing.TB, dir string)
	says        string // the reason of a row that the full one must have; "" if all of it is read
}

func hostileInputs() []hostileInput {
	one := literally(`<si><t>x</t></si>`)
	return []hostileInput{
		{"refs in one file", packedRefs(5_000, true), packedRefs(1_000_000, true), ""},
		{"refs in one file, three million", packedRefs(5_000, true), packedRefs(3_000_000, true), "more than 2000000 refs"},
		{"refs to nothing", packedRefs(2_000, false), packedRefs(1_000_000, false), "the objects of more than 1000 refs are missing"},
		{"refs in files", looseRefs(300), looseRefs(100_000), ""},
		{"refs in a table", reftable(5_000), reftable(1_000_000), ""},
		{"refs in a table, three million", reftable(5_000), reftable(3_000_000), "is too large"},
		{"reflog", reflog(1<<20, true), reflog(280<<20, true), ""},
		{"reflog of what is gone", reflog(1<<20, false), reflog(280<<20, false), "more than 1000000 entries of reflogs"},
		{"reflog of one line", reflogLine(1 << 20), reflogLine(280 << 20), ""},
		{"index", hugeIndex(5_000, true), hugeIndex(1_400_000, true), ""},
		{"index of what is gone", hugeIndex(5_000, false), hugeIndex(1_400_000, false), "the contents of more than 1000 paths"},
		{"index of too many paths", hugeIndex(5_000, false), hugeIndex(2_300_000, false), "more than 1500000 are not compared"},
		{"deltas", deltaBomb(1<<20, 40, true, sameLine), deltaBomb(16<<20, 1000, true, sameLine), ""},
		{"deltas beyond memory", deltaBomb(1<<20, 2, true, sameLine), deltaBomb(128<<20, 40, true, sameLine), ""},
		{"deltas without an index", deltaBomb(1<<20, 10, false, sameLine), deltaBomb(128<<20, 40, false, sameLine), ".idx"},
		{"cells", sheet(20_000, `<c r="A1"><v>123</v></c>`, one), sheet(4_000_000, `<c r="A1"><v>123</v></c>`, one), "more rows than sheets have"},
		{"empty cells", sheet(20_000, `<c/>`, one), sheet(8_000_000, `<c/>`, one), "unpack to far more"},
		{"strings", sheet(10, `<c t="s"><v>0</v></c>`, repeated(20_000)), sheet(10, `<c t="s"><v>0</v></c>`, repeated(8_000_000)), "unpack to far more"},
		{"diagrams", diagrams(3, 1<<20), diagrams(100, 10<<20), "the pages unpack to far more"},
		{"one diagram", diagrams(1, 1<<20), diagrams(1, 1<<30), "the pages unpack to far more"},
	}
}

func repeated(n int) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		for range n {
			_, _ = w.WriteString("<si><t>x</t></si>") // kept until Flush
		}
	}
}

// What any of them may take. The packs of these are small.
const (
	hostileTime   = 60 * time.Second // of the processor
	hostileMemory = 500 << 20        // bytes, of the largest process
	heldMemory    = 800 << 20        // where a pack is read to name its objects, two of 128 MB are held and hashed
)

// TestHostileInputs scans each of them: small, or with DEPUTY_HOSTILE=full as large as it was met.
func TestHostileInputs(t *testing.T) {
	full := os.Getenv("DEPUTY_HOSTILE") == "full"
	for _, in := range hostileInputs() {
		t.Run(in.name, func(t *testing.T) {
			dir, build := t.TempDir(), in.small
			if full {
				build = in.full
			}
			build(t, dir)
			result, code, used := scanMeasured(t, dir)
			assert.Equal(t, 0, code)
			cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
			memory := int64(used.Maxrss) //nolint:unconvert // it has 32 bits on some systems
			if runtime.GOOS == "linux" {
				memory <<= 10 // it is in kilobytes there
			}
			t.Logf("%.1f s of the processor, %d MB, %d rows", cpu.Seconds(), memory>>20, len(result.Unexamined))
			assert.Less(t, cpu, hostileTime)
			bound := int64(hostileMemory)
			if in.name == "deltas without an index" {
				bound = heldMemory
			}
			if full { // a race detector takes many times as much
				assert.Less(t, memory, bound)
				said := ""
				for _, row := range result.Unexamined {
					said += row.Reason + "\n"
				}
				assert.Contains(t, said, in.says)
			}
		})
	}
}

type scanned struct {
	Unexamined []struct{ Path, Reason string }
}

// scanMeasured scans a directory in a process of its own, and says what that and those which it
// started have used.
func scanMeasured(t *testing.T, dir string) (result scanned, code int, used *syscall.Rusage) {
	cmd := exec.Command("deputy", "scan", "--no-config", "--ocr", "off", "--format", "json", dir)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	_ = cmd.Run() // the exit code says how it went
	require.NoError(t, json.Unmarshal(out.Bytes(), &result), "%s", errs.String())
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(t, ok)
	return result, cmd.ProcessState.ExitCode(), cmp.Or(used, &syscall.Rusage{})
}
