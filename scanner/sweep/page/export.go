package page

import (
	"bytes"
	"io"
	"net/http"

	"github.com/deputy-sec/deputy/scanner/sweep/export"
)

// export writes exactly the findings that the filter chooses.
func (s *server) export(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), s.Clock.Now())
	if err != nil {
		return err
	}
	format, ok := export.Named(r.URL.Query().Get("format"))
	if !ok {
		return wrong("format: want json, csv or sarif.")
	}
	header := http.Header{"Content-Type": {format.Type}, "Content-Disposition": {`attachment; filename="deputy-findings` + format.Ending + `"`}}
	out := &late{w: w, header: header}
	err = format.Write(r.Context(), export.View{Store: s.Store, Filter: f.FindingFilter, Rules: s.rules, Version: s.Version}, out)
	if err == nil {
		return out.flush()
	}
	if out.begun { // too late for an answer: the connection breaks, so that nobody takes it for whole
		s.Log.Error("page: an export broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// late writes nothing before there is a good deal of it, so that an early failure can
// still be an answer.
type late struct {
	w      http.ResponseWriter
	header http.Header
	kept   bytes.Buffer
	begun  bool
}

const keptBytes = 64 << 10

func (l *late) Write(p []byte) (int, error) {
	if !l.begun && l.kept.Len()+len(p) <= keptBytes {
		return l.kept.Write(p)
	}
	if err := l.flush(); err != nil {
		return 0, err
	}
	return l.w.Write(p)
}

func (l *late) flush() error {
	if l.begun {
		return nil
	}
	l.begun = true
	for name, values := range l.header {
		l.w.Header()[name] = values
	}
	l.w.WriteHeader(http.StatusOK)
	_, err := io.Copy(l.w, &l.kept)
	return err
}
