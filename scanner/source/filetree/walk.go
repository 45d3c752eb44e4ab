// Package filetree walks directories in parallel and reads files the way that
// every source of files needs it: symbolic links are never followed, nothing
// that could block is opened, and memory does not grow with the tree or a file.
package filetree

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// batch is how many names of a directory one worker takes at a time, so that a
// single huge directory keeps all workers busy.
const batch = 64

// Guide decides where a walk goes. Its methods are called from several
// goroutines.
type Guide[S any] interface {
	// Enter is called for each directory with what its parent's Enter returned;
	// the walk goes around the directory if it returns false. The root's path
	// is "".
	Enter(dir string, parent S) (state S, ok bool)
	// File is called for everything that is no directory, with the state of the
	// directory it is in.
	File(path string, state S, entry fs.DirEntry)
	// Unreadable is called for a directory that cannot be listed.
	Unreadable(dir string, err error)
}

// Walk goes through the tree at root with up to workers goroutines. Paths are
// slash-separated and relative to root. The error is that of ctx.
func Walk[S any](ctx context.Context, root string, workers int, g Guide[S]) error {
	w := &walker[S]{root: root, guide: g}
	w.wake.L = &w.mu
	stop := context.AfterFunc(ctx, w.stop)
	defer stop()
	var zero S
	if state, ok := g.Enter("", zero); ok {
		w.push(task[S]{dir: "", state: state})
	}
	var group sync.WaitGroup
	for range max(1, workers) {
		group.Go(w.work)
	}
	group.Wait()
	return ctx.Err()
}

// walker holds the tasks that wait. The newest goes first: the walk is depth
// first, and what waits stays about as large as the directories on the way.
type walker[S any] struct {
	root  string
	guide Guide[S]

	mu      sync.Mutex
	wake    sync.Cond
	tasks   []task[S]
	busy    int // workers that may still push
	stopped bool
}

// task is a directory to list, or some entries of one.
type task[S any] struct {
	dir     string
	state   S
	entries []fs.DirEntry // nil: list dir
}

func (w *walker[S]) push(t task[S]) {
	w.mu.Lock()
	w.tasks = append(w.tasks, t)
	w.mu.Unlock()
	w.wake.Signal()
}

func (w *walker[S]) stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.wake.Broadcast()
}

func (w *walker[S]) work() {
	for {
		t, ok := w.pop()
		if !ok {
			return
		}
		if t.entries == nil {
			w.list(t)
		} else {
			w.visit(t)
		}
		w.done()
	}
}

// pop waits for a task; it is false when there is none and none can come.
func (w *walker[S]) pop() (task[S], bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.tasks) == 0 && w.busy > 0 && !w.stopped {
		w.wake.Wait()
	}
	if len(w.tasks) == 0 || w.stopped {
		return task[S]{}, false
	}
	last := len(w.tasks) - 1
	t := w.tasks[last]
	w.tasks[last] = task[S]{}
	w.tasks = w.tasks[:last]
	w.busy++
	return t, true
}

func (w *walker[S]) done() {
	w.mu.Lock()
	w.busy--
	idle := w.busy == 0 && len(w.tasks) == 0
	w.mu.Unlock()
	if idle {
		w.wake.Broadcast()
	}
}

// list cuts a directory into batches, unsorted, without holding it whole.
func (w *walker[S]) list(t task[S]) {
	f, err := os.Open(filepath.Join(w.root, filepath.FromSlash(t.dir)))
	if err != nil {
		w.guide.Unreadable(t.dir, cause(err))
		return
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(batch)
		if len(entries) > 0 {
			w.push(task[S]{dir: t.dir, state: t.state, entries: entries})
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			w.guide.Unreadable(t.dir, cause(err))
			return
		}
	}
}

func (w *walker[S]) visit(t task[S]) {
	for _, e := range t.entries {
		p := path.Join(t.dir, e.Name())
		if !e.IsDir() {
			w.guide.File(p, t.state, e)
			continue
		}
		if state, ok := w.guide.Enter(p, t.state); ok {
			w.push(task[S]{dir: p, state: state})
		}
	}
}

// cause takes the path out of an error, since rows name it already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
