package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// said is what a command says while it runs.
type said struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.text.String()
}

func TestServeAnswersUntilItIsToldToStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var errs said
	root := newRoot()
	root.SetArgs([]string{"serve", "--listen", "127.0.0.1:0", "--database", "sqlite://" + filepath.Join(t.TempDir(), "x.db")})
	root.SetErr(&errs)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	address := regexp.MustCompile(`url=(http://127\.0\.0\.1:\d+/)`)
	var url string
	require.Eventually(t, func() bool {
		if m := address.FindStringSubmatch(errs.String()); m != nil {
			url = m[1]
		}
		return url != ""
	}, time.Minute, 10*time.Millisecond)
	for _, path := range []string{"", "readyz", "findings", "metrics"} {
		res, err := http.Get(url + path)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
	}
	stop()
	require.NoError(t, <-ended)
	assert.Contains(t, errs.String(), "stopped")
}
