package html_test

import (
	"bytes"
	_ "embed" // the script that plays the reader
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

// The tests here open the page in Chromium, in a frame of a page that plays the reader
// (testdata/reader.js): it types, chooses and clicks, and sends back what it sees.

// browsers are what Chromium is called.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// ownServices are the hosts that Chromium itself calls, whatever page is open.
var ownServices = regexp.MustCompile(`(^|\.)(google\.com|googleapis\.com|gvt1\.com|gstatic\.com)(:\d+)?$`)

// patience is how long a browser may take before it is given up: no test waits for it
// but one that fails.
const patience = 2 * time.Minute

//go:embed testdata/reader.js
var reader string

// visit is what the reader saw, by the names of its steps.
type visit struct {
	Saw      map[string]json.RawMessage
	Requests []string // that the browser made beyond those of the visit itself
}

// open lets the reader visit a page. The browser finds every name of the network at our
// own server, which writes down what it is asked for.
func open(t *testing.T, page string, flags ...string) visit {
	t.Helper()
	program := ""
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium: the page is not opened")
	}
	var (
		v    visit
		lock sync.Mutex
		done = make(chan map[string]json.RawMessage, 1)
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve := func(text string) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(text))
		}
		own := strings.HasPrefix(r.Host, "127.0.0.1:")
		switch {
		case own && r.URL.Path == "/reader":
			serve("<!doctype html><title>reader</title><script>" + reader + "</script>")
		case own && r.URL.Path == "/report":
			serve(page)
		case own && r.URL.Path == "/saw":
			var saw map[string]json.RawMessage
			if json.NewDecoder(r.Body).Decode(&saw) == nil {
				done <- saw
			}
		case own && r.URL.Path == "/favicon.ico", ownServices.MatchString(r.Host):
			http.NotFound(w, r) // for the window, or for the browser itself
		default:
			lock.Lock()
			v.Requests = append(v.Requests, r.Host+r.URL.Path)
			lock.Unlock()
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	args := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
		"--host-resolver-rules=MAP * " + address + ", EXCLUDE 127.0.0.1",
		"--user-data-dir=" + filepath.Join(t.TempDir(), "browser"), "--window-size=1280,1000", "--remote-debugging-port=0",
	}, append(flags, server.URL+"/reader")...)
	browser := exec.Command(program, args...)
	browser.Env = append(os.Environ(), "HOME="+t.TempDir())
	var said bytes.Buffer
	browser.Stderr = &said
	require.NoError(t, browser.Start())
	defer func() {
		_ = browser.Process.Kill()
		_ = browser.Wait()
	}()
	select {
	case v.Saw = <-done:
	case <-time.After(patience):
		t.Fatalf("the reader saw nothing; the browser said:\n%s", said.String())
	}
	lock.Lock()
	defer lock.Unlock()
	var failure string
	if raw, failed := v.Saw["failure"]; failed {
		require.NoError(t, json.Unmarshal(raw, &failure))
		t.Fatal(failure)
	}
	return v
}

// saw decodes what was seen at a step.
func saw[V any](t *testing.T, v visit, step string) V {
	t.Helper()
	var out V
	raw, ok := v.Saw[step]
	require.True(t, ok, "the reader has no step %q", step)
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// shelf is a result with findings that differ in all that a filter knows.
func shelf() *report.Result {
	r := reporttest.Sample()
	gone := *r.Findings[0]
	gone.Fingerprint, gone.Severity = "vendored", finding.Low
	gone.Sightings = []finding.Sighting{{Path: "vendor/lib/x.go", Line: 3, Column: 1, Layer: finding.WorkTree, InHead: true}}
	gone.InHead = true
	r.Findings = append(r.Findings, &gone)
	return r
}

func TestReader(t *testing.T) {
	for name, flag := range map[string]string{"light": "--blink-settings=preferredColorScheme=1", "dark": "--blink-settings=preferredColorScheme=0"} {
		t.Run(name, func(t *testing.T) {
			v := open(t, reporttest.Write(t, html.Writer{}, shelf()), flag)
			t.Run("filters and search", func(t *testing.T) { filters(t, v) })
			t.Run("copying", func(t *testing.T) { copies(t, v) })
			t.Run("for keyboards and screen readers", func(t *testing.T) { accessible(t, v) })
			t.Run("colours", func(t *testing.T) { colours(t, v, name == "dark") })
			t.Run("without scripts it is a plain list", func(t *testing.T) {
				assert.Equal(t, 6, saw[int](t, v, "without scripts: findings"))
				assert.False(t, saw[bool](t, v, "without scripts: filters"))
				assert.Zero(t, saw[int](t, v, "without scripts: buttons"))
			})
			t.Run("no request leaves the page", func(t *testing.T) {
				assert.Empty(t, saw[[]string](t, v, "violations"), "the page obeys its own policy")
				assert.Empty(t, saw[[]string](t, v, "loaded"))
				assert.Empty(t, v.Requests)
			})
		})
	}
}

// filters holds how many findings are left at each step.
func filters(t *testing.T, v visit) {
	for step, want := range map[string]int{
		"all":                              6,
		"search: customer":                 1,
		"search: two words":                1,
		"search: nothing":                  0,
		"after Escape":                     6,
		"path: part":                       1,
		"path: glob of one level":          0,
		"path: glob of all":                1,
		"severity: high":                   2,
		"severity: high, low":              3,
		"rule":                             4,
		"status: history":                  2,
		"status: HEAD":                     3,
		"place: third-party":               1,
		"place: documents":                 1,
		"place: commits":                   1,
		"class: customer":                  1,
		"author: Kim":                      2,
		"entered":                          2,
		"entered by the bar":               2,
		"by the bar again":                 6,
		"all at once":                      1,
		"after a reset":                    6,
		"after a link to a hidden finding": 6,
	} {
		assert.Equal(t, want, saw[int](t, v, step), step)
	}
	assert.Equal(t, "1 of 6 shown", saw[string](t, v, "said: customer"))
	assert.True(t, saw[bool](t, v, "said: nothing"), "an empty list says why it is")
}

func copies(t *testing.T, v visit) {
	lines := saw[[]string](t, v, "copied")
	assert.Equal(t, "AWS key pair "+shelf().Ordered()[0].Secret.Mask()+" (critical)", lines[0])
	assert.Contains(t, lines, "- deploy/prod.env:12:23")
	assert.Contains(t, strings.Join(lines, "\n"), "What to do: Deactivate the key now")
}

func accessible(t *testing.T, v visit) {
	assert.Equal(t, "search", saw[string](t, v, "focus after /"))
	assert.Empty(t, saw[[]string](t, v, "without a label"), "every control has a name")
	assert.Empty(t, saw[[]string](t, v, "ids twice"))
	assert.Empty(t, saw[[]string](t, v, "broken links"))
}

func colours(t *testing.T, v visit, dark bool) {
	assert.Equal(t, dark, saw[bool](t, v, "dark"))
	paper := saw[float64](t, v, "luminance of the paper")
	assert.Equal(t, dark, paper < 0.1, "%f", paper)
	assert.Empty(t, saw[[]string](t, v, "hard to read"), "contrast is 4.5 at least (WCAG 2.2, 1.4.3)")
}

// TestRequestsWouldBeSeen keeps the test above from being one that cannot fail.
func TestRequestsWouldBeSeen(t *testing.T) {
	page := reporttest.Write(t, html.Writer{}, shelf())
	image := `<img src="http://elsewhere.example/x.png" alt="">`
	leaky := strings.Replace(page, "</h1>", "</h1>"+image, 1)
	v := open(t, leaky)
	assert.Empty(t, v.Requests, "the policy stops it")
	assert.NotEmpty(t, saw[[]string](t, v, "violations"))
	start := strings.Index(leaky, `<meta http-equiv="Content-Security-Policy"`)
	end := start + strings.IndexByte(leaky[start:], '>') + 1
	v = open(t, leaky[:start]+leaky[end:])
	assert.Contains(t, v.Requests, "elsewhere.example/x.png")
}

// TestTenThousandFindings shows how long the page takes to open; figures are for who
// reads the log, as a clock is no judge on a busy machine.
func TestTenThousandFindings(t *testing.T) {
	r := reporttest.Sample()
	base := r.Findings
	r.Findings = nil
	for i := range 10_000 {
		f := *base[i%len(base)]
		f.Fingerprint, f.Related = fmt.Sprintf("%032x", i), nil
		f.Sightings = slices.Clone(f.Sightings)
		f.Sightings[0].Path += fmt.Sprint(i) // a file each: none is grouped
		if f.First != nil {
			commit := *f.First
			commit.Author = fmt.Sprintf("Author %d", i%97)
			commit.Date = commit.Date.AddDate(0, i%60, 0)
			f.First = &commit
		}
		r.Findings = append(r.Findings, &f)
	}
	v := open(t, reporttest.Write(t, html.Writer{}, r))
	assert.Equal(t, 10_000, saw[int](t, v, "all"))
	assert.Positive(t, saw[int](t, v, "search: customer"))
	t.Logf("opened in %.0f ms, searched in %.0f ms", saw[float64](t, v, "ms to open"), saw[float64](t, v, "ms to search"))
}
