//go:build unix

package isolate_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
)

func TestMain(m *testing.M) {
	if isolate.IsWorker() {
		isolate.Work(formats)
		return
	}
	os.Exit(m.Run())
}

// formats are documents that say what their reader is to suffer.
var formats = []*extract.Extractor{
	format("ECHO", func(_ context.Context, doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		out.Place("page 1")
		_, err = out.Write(data)
		return err
	}),
	format("NEST", func(_ context.Context, _ *extract.Document, out *extract.Output) error {
		if err := out.EmbedBytes("part.txt", "page 2", []byte("ECHO inner")); err != nil {
			return err
		}
		out.BeginOCR("picture.png")
		if _, err := out.WriteString("read"); err != nil {
			return err
		}
		out.Unexamined("other.bin", "page 3", extract.ErrEncrypted)
		return nil
	}),
	format("PANIC", func(context.Context, *extract.Document, *extract.Output) error { panic("the secret") }),
	format("HANG", func(_ context.Context, _ *extract.Document, out *extract.Output) error {
		if _, err := out.WriteString("before\n"); err != nil {
			return err
		}
		return spin()
	}),
	format("WAIT", func(ctx context.Context, _ *extract.Document, out *extract.Output) error {
		for out.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		return out.Err()
	}),
	format("SLEEP", func(_ context.Context, _ *extract.Document, out *extract.Output) error {
		time.Sleep(300 * time.Millisecond)
		_, err := out.WriteString("awake")
		return err
	}),
	format("CHILD", func(ctx context.Context, doc *extract.Document, _ *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		cmd := exec.Command("sleep", "600")
		if err := cmd.Start(); err != nil {
			return err
		}
		name := strings.TrimPrefix(string(data), "CHILD")
		if err := os.WriteFile(name, []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
			return err
		}
		return spin()
	}),
	format("GROW", func(context.Context, *extract.Document, *extract.Output) error {
		var held [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			held = append(held, b)
			if len(held) > 1<<20 {
				return nil
			}
		}
	}),
	format("GIANT", func(context.Context, *extract.Document, *extract.Output) error {
		b := make([]byte, 3_000_000_000)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		return nil
	}),
	format("DEEP", func(context.Context, *extract.Document, *extract.Output) error {
		if deep(1) < 0 {
			return extract.ErrDamaged
		}
		return nil
	}),
	format("EXIT", func(context.Context, *extract.Document, *extract.Output) error {
		os.Exit(0)
		return nil
	}),
	format("NOT", func(context.Context, *extract.Document, *extract.Output) error { return extract.ErrOtherFormat }),
	format("ENDLESS", func(_ context.Context, doc *extract.Document, out *extract.Output) error {
		_, err := io.Copy(out, doc.Reader())
		return err
	}),
}

func spin() error {
	for i := 0; ; i++ {
		if i < 0 {
			return nil
		}
	}
}

func deep(n int) int {
	if n == 0 {
		return 0
	}
	return deep(n+1) + 1
}

func format(magic string, f func(context.Context, *extract.Document, *extract.Output) error) *extract.Extractor {
	return &extract.Extractor{
		Name:    magic,
		Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) },
		Extract: f,
	}
}

func newPool(t *testing.T, size int, change func(*extract.Limits)) *isolate.Pool {
	limits := extract.Defaults()
	limits.Memory = 256 << 20
	if change != nil {
		change(&limits)
	}
	p := isolate.NewPool(formats, limits, size)
	t.Cleanup(p.Close)
	return p
}

func read(t *testing.T, p *isolate.Pool, content string) (*extracttest.Recorder, error) {
	r := &extracttest.Recorder{}
	err := p.Extract(t.Context(), extract.FromBytes("", []byte(content)), r)
	return r, err
}

func TestAWorkerSaysWhatInProcessSays(t *testing.T) {
	p := newPool(t, 1, nil)
	for _, content := range []string{"ECHO", "NEST", "PANIC", "NOT", "ECHO " + strings.Repeat("long text ", 100_000)} {
		here := &extracttest.Recorder{}
		hereErr := extract.InProcess(formats, extract.Defaults()).Extract(t.Context(), extract.FromBytes("", []byte(content)), here)
		there, thereErr := read(t, p, content)
		assert.Equal(t, here.String(), there.String(), "%.10s", content)
		assert.Equal(t, hereErr == nil, thereErr == nil)
		if hereErr != nil {
			assert.EqualError(t, thereErr, hereErr.Error())
		}
	}
	_, err := read(t, p, "NOT")
	require.ErrorIs(t, err, extract.ErrOtherFormat)
}

func TestWhatKillsAWorkerCostsOneDocument(t *testing.T) {
	p := newPool(t, 1, nil)
	for content, reason := range map[string]string{
		"GROW":  "over budget: more than 256 MiB of memory",
		"GIANT": "over budget: more than 256 MiB of memory",
		"DEEP":  "over budget",
		"EXIT":  "the process that reads documents crashed",
	} {
		_, err := read(t, p, content)
		require.ErrorContains(t, err, reason, content)
		r, err := read(t, p, "ECHO still here")
		require.NoError(t, err, "after %s", content)
		assert.Equal(t, "ECHO still here\n", r.All())
	}
}

func TestTimeIsBounded(t *testing.T) {
	p := newPool(t, 1, func(l *extract.Limits) { l.Time = 50 * time.Millisecond })
	r, err := read(t, p, "HANG")
	var over *extract.OverBudget
	require.ErrorAs(t, err, &over)
	assert.Equal(t, "over budget: it takes more than 50ms", over.Error())
	assert.Equal(t, "before\n\n", r.All(), "what was read until then counts")
	_, err = read(t, p, "WAIT")
	require.ErrorContains(t, err, "over budget: it takes more than 50ms", "one that notices itself")
}

// TestTheProcessorsTimeCountsNotTheClock: a machine that is busy with something else reads as
// much of a document as one that is not.
func TestTheProcessorsTimeCountsNotTheClock(t *testing.T) {
	p := newPool(t, 1, func(l *extract.Limits) { l.Time = 200 * time.Millisecond })
	r, err := read(t, p, "SLEEP")
	require.NoError(t, err)
	assert.Equal(t, "awake\n", r.All())
}

func TestWhatAWorkerStartedDiesWithIt(t *testing.T) {
	p := newPool(t, 1, func(l *extract.Limits) { l.Time = 50 * time.Millisecond })
	name := filepath.Join(t.TempDir(), "pid")
	_, err := read(t, p, "CHILD"+name)
	require.ErrorContains(t, err, "over budget")
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(text))
	require.NoError(t, err)
	assert.Eventually(t, func() bool { return gone(pid) }, 30*time.Second, 10*time.Millisecond)
}

// gone reports whether a process has ended; one that nobody has waited for yet
// has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && bytes.Contains(state, []byte(") Z "))
}

func TestAnInterruptEndsTheDocument(t *testing.T) {
	p := newPool(t, 1, nil)
	ctx, cancel := context.WithCancel(t.Context())
	sink := &canceller{cancel: cancel}
	err := p.Extract(ctx, extract.FromBytes("", []byte("ENDLESS"+strings.Repeat("x", 10<<20))), sink)
	require.ErrorIs(t, err, context.Canceled)
}

type canceller struct {
	extracttest.Recorder
	cancel func()
}

func (c *canceller) Write(text []byte) (int, error) {
	c.cancel()
	return 0, context.Canceled
}

func TestADocumentOfAnyLengthIsStreamed(t *testing.T) {
	p := newPool(t, 1, func(l *extract.Limits) { l.Text = 1 << 20 })
	r := &extracttest.Recorder{}
	err := p.Extract(t.Context(), extract.FromReader("", io.MultiReader(strings.NewReader("ENDLESS"), endless{})), r)
	require.ErrorContains(t, err, "over budget: more than 1 MiB of text")
	again, err := read(t, p, "ECHO")
	require.NoError(t, err)
	assert.Equal(t, "ECHO\n", again.All(), "the worker serves on")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestASourceThatFailsIsDamage(t *testing.T) {
	p := newPool(t, 1, nil)
	content := io.MultiReader(strings.NewReader("ECHO begins"), failing{})
	err := p.Extract(t.Context(), extract.FromReader("", content), &extracttest.Recorder{})
	require.EqualError(t, err, "damaged: the rest could not be read")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("bad sector") }

func TestManyAtOnce(t *testing.T) {
	p := newPool(t, 3, nil)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			content := "ECHO " + strconv.Itoa(i)
			r := &extracttest.Recorder{}
			assert.NoError(t, p.Extract(t.Context(), extract.FromBytes("", []byte(content)), r))
			assert.Equal(t, content+"\n", r.All())
		})
	}
	wg.Wait()
}

func BenchmarkDocument(b *testing.B) {
	p := isolate.NewPool(formats, extract.Defaults(), 1)
	defer p.Close()
	for b.Loop() {
		if err := p.Extract(b.Context(), extract.FromBytes("", []byte("ECHO")), &extracttest.Recorder{}); err != nil {
			b.Fatal(err)
		}
	}
}
