package ocr

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// server is a running tesseract that reads sheets one after the other. Most of what it
// costs to start is to load the model, which takes as long as to read four hundred
// letters. It is told names of files, and those are two pieces of memory that it
// shares with us: the sheet, and a blank page. What it says of the blank page tells that
// it is done with the sheet. So nothing is written to disk here either.
type server struct {
	cmd   *exec.Cmd
	names io.WriteCloser
	out   io.ReadCloser
	said  *bufio.Reader // of out
	sheet *os.File
	ended chan struct{}
	err   error // of the program, once it has ended
	pages int   // it has read, blank ones included
}

// What a server is asked to read, by the numbers under which it inherits the files.
const sheetAndBlank = "/dev/fd/3\n/dev/fd/4\n"

const (
	mostIdle  = 4     // servers that wait, of 35 MB each: one for each way to read
	mostPages = 2_000 // before a server is replaced, whatever it may have piled up
)

// servers are those that wait for a sheet, by how they read. It belongs to the process,
// as they do.
var servers = idle{}

type idle struct {
	mu      sync.Mutex
	waiting []waiting // the one that was used last is the last
}

type waiting struct {
	as string
	s  *server
}

// take returns a server that reads with the options of a command line, started if none
// waits.
func (i *idle) take(path string, options []string) (*server, error) {
	as := path + "\n" + strings.Join(options, "\n")
	i.mu.Lock()
	for n, w := range i.waiting {
		if w.as == as {
			i.waiting = append(i.waiting[:n], i.waiting[n+1:]...)
			i.mu.Unlock()
			return w.s, nil
		}
	}
	i.mu.Unlock()
	return serve(path, options)
}

// put has a server wait for the next sheet.
func (i *idle) put(path string, options []string, s *server) {
	if s.pages >= mostPages {
		s.end()
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting = append(i.waiting, waiting{path + "\n" + strings.Join(options, "\n"), s})
	if len(i.waiting) > mostIdle {
		i.waiting[0].s.end()
		i.waiting = i.waiting[1:]
	}
}

// errNoServer says that this system has no memory to share.
var errNoServer = errors.New("no shared memory")

// serve starts a server.
func serve(path string, options []string) (*server, error) {
	sheet, err := shared("sheet")
	if err != nil {
		return nil, err
	}
	blank, err := shared("blank", blankPage...)
	if err != nil {
		_ = sheet.Close() // nothing was written to it
		return nil, err
	}
	defer blank.Close()
	s := &server{cmd: command(exec.Command(path, options...)), sheet: sheet, ended: make(chan struct{})}
	s.cmd.ExtraFiles = []*os.File{sheet, blank}
	if s.names, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if s.out, err = s.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	s.said = bufio.NewReaderSize(s.out, 1<<16)
	started := make(chan error)
	go s.run(started)
	return s, <-started
}

// run runs the program to its end, and notes what that was. It is killed when we are; the
// system ties that to the thread which started it, so the thread is kept.
func (s *server) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.ended)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := s.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	state, err := s.cmd.Process.Wait() // and not that of cmd, which takes away what it said last
	switch {
	case err != nil:
		s.err = err
	case !state.Success():
		s.err = &exec.ExitError{ProcessState: state}
	}
}

// shared returns memory that another process can open as a file.
func shared(name string, content ...byte) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoServer, err)
	}
	f := os.NewFile(uintptr(fd), name)
	_, err = f.Write(content)
	return f, err
}

// blankPage is what is put behind every sheet: a page of 8 by 8 white pixels (Netpbm's
// PGM). To read it takes no time that can be measured.
var blankPage = append([]byte("P5 8 8 255\n"), bytes.Repeat([]byte{255}, 64)...)

// kill ends the program, and what may keep its end of the pipe.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	_ = s.out.Close()        // what it may have said is of no use
}

// end ends a server and gives back what it holds.
func (s *server) end() {
	s.kill()
	<-s.ended
	_ = s.names.Close() // nobody reads them
	_ = s.sheet.Close() // it is memory
}

// read has one sheet read and returns the rows about it. After an error the server has
// ended.
func (s *server) read(ctx context.Context, page sheet) ([]byte, error) {
	stop := context.AfterFunc(ctx, s.kill)
	rows, err := s.ask(page)
	if !stop() && err == nil { // it was killed the moment it was done
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		return rows, nil
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) {
		<-s.ended // by itself, so that it tells why
		err = cmp.Or(s.err, err)
	}
	s.end()
	return nil, cmp.Or(ctx.Err(), err)
}

func (s *server) ask(page sheet) ([]byte, error) {
	data := tiffOf([]sheet{page})
	if err := s.sheet.Truncate(int64(len(data))); err != nil {
		return nil, err
	}
	if _, err := s.sheet.WriteAt(data, 0); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(s.names, sheetAndBlank); err != nil {
		return nil, err
	}
	s.pages += 2
	last := []byte("1\t" + strconv.Itoa(s.pages) + "\t") // the row of the blank page
	rows := &bounded{}
	for begun := true; ; {
		piece, err := s.said.ReadSlice('\n')
		if begun && bytes.HasPrefix(piece, last) && err == nil {
			return rows.Bytes(), nil
		}
		_, _ = rows.Write(piece) // it keeps what there is room for
		switch {
		case rows.full():
			return nil, errTooMuch
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		begun = err == nil
	}
}

// runSheets has running programs read sheets, each as one block of text.
func runSheets(ctx context.Context, path string, sheets []sheet, options []string) ([]line, error) {
	options = append(options, "-c", "stream_filelist=true")
	s, err := servers.take(path, options)
	if errors.Is(err, errNoServer) {
		return runOnce(ctx, path, sheets, options[:len(options)-2])
	}
	if err != nil {
		return nil, err
	}
	var lines []line
	for i, page := range sheets {
		rows, err := s.read(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, l := range parse(rows) {
			for n := range l {
				l[n].page = i
			}
			lines = append(lines, l)
		}
	}
	servers.put(path, options, s)
	return lines, nil
}
