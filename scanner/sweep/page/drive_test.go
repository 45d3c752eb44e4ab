package page

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// driver drives Chromium as somebody would, by its own protocol over a pipe
// (https://chromedevtools.github.io/devtools-protocol/).
type driver struct {
	*testing.T
	w       *world
	url     string // of the page, as the browser knows it
	in      io.Writer
	answers *bufio.Reader
	session string
	last    int

	lock      sync.Mutex
	elsewhere []string
	bodies    bytes.Buffer // of all answers
}

// drive opens a browser on a page of its own.
func drive(t *testing.T, w *world) *driver {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no pipes are handed down there")
	}
	program := chromium(t)
	d := &driver{T: t, w: w}
	target, err := url.Parse(w.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = d.record
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "127.0.0.1:") {
			proxy.ServeHTTP(rw, r)
		} else if !ownServices.MatchString(r.Host) {
			d.lock.Lock()
			defer d.lock.Unlock()
			d.elsewhere = append(d.elsewhere, r.Host+r.URL.Path)
		}
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	toBrowser, in, err := os.Pipe()
	require.NoError(t, err)
	out, fromBrowser, err := os.Pipe()
	require.NoError(t, err)
	d.in, d.answers = in, bufio.NewReader(out)
	// What the browser started may write for a moment after it was killed, which a directory of
	// the test would not forgive.
	home, err := os.MkdirTemp("", "deputy-browser-")
	require.NoError(t, err)
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(home) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	browser := exec.Command(program,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--no-proxy-server", "--host-resolver-rules=MAP * "+strings.TrimPrefix(server.URL, "http://")+", EXCLUDE 127.0.0.1",
		"--user-data-dir="+filepath.Join(home, "browser"), "--window-size=1280,1000", "--remote-debugging-pipe")
	browser.Env = append(os.Environ(), "HOME="+home)
	browser.ExtraFiles = []*os.File{toBrowser, fromBrowser} // 3 and 4, as it wants them
	require.NoError(t, browser.Start())
	timer := time.AfterFunc(patience, func() { _ = browser.Process.Kill() })
	t.Cleanup(func() {
		timer.Stop()
		_ = browser.Process.Kill()
		_ = browser.Wait()
		for _, f := range []*os.File{toBrowser, in, out, fromBrowser} {
			_ = f.Close()
		}
	})
	require.NoError(t, fromBrowser.Close()) // so that reading ends with the browser
	var made struct{ TargetID string }
	d.ask("Target.createTarget", map[string]any{"url": "about:blank"}, &made)
	var attached struct{ SessionID string }
	d.ask("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &attached)
	d.session = attached.SessionID
	return d
}

// record keeps what is answered.
func (d *driver) record(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	d.bodies.Write(body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// ask sends a command and waits for its answer, which is to be no error.
func (d *driver) ask(method string, params map[string]any, into any) {
	d.Helper()
	require.Empty(d, d.try(method, params, into), method)
}

// try is ask for a command that may fail; it returns what the error says.
func (d *driver) try(method string, params map[string]any, into any) string {
	d.Helper()
	d.last++
	message := map[string]any{"id": d.last, "method": method, "params": params}
	if d.session != "" {
		message["sessionId"] = d.session
	}
	text, err := json.Marshal(message)
	require.NoError(d, err)
	_, err = d.in.Write(append(text, 0))
	require.NoError(d, err)
	for {
		line, err := d.answers.ReadBytes(0)
		require.NoError(d, err, "the browser has ended")
		var got struct {
			ID     int
			Error  *struct{ Message string }
			Result json.RawMessage
		}
		require.NoError(d, json.Unmarshal(line[:len(line)-1], &got))
		if got.ID != d.last { // an event
			continue
		}
		if got.Error != nil {
			return got.Error.Message
		}
		if into != nil {
			require.NoError(d, json.Unmarshal(got.Result, into))
		}
		return ""
	}
}

// eval evaluates an expression in the page, as a text; "" while the page is being left.
func (d *driver) eval(expression string) string {
	d.Helper()
	var got struct {
		Result struct{ Value any }
	}
	failed := d.try("Runtime.evaluate", map[string]any{"expression": "String(" + expression + ")"}, &got)
	if !strings.Contains(failed, "navigated") && !strings.Contains(failed, "context") {
		require.Empty(d, failed, expression)
	}
	text, _ := got.Result.Value.(string)
	return text
}

// until waits until an expression is true.
func (d *driver) until(expression string) {
	d.Helper()
	end := time.Now().Add(patience)
	for d.eval(expression) != "true" {
		require.True(d, time.Now().Before(end), "%s: %s at %s", expression, d.eval("document.title"), d.eval("location.href"))
		time.Sleep(10 * time.Millisecond)
	}
}

const loaded = `document.readyState === "complete"`

// open opens a path of the page.
func (d *driver) open(path string) {
	d.Helper()
	d.ask("Page.navigate", map[string]any{"url": d.url + path}, nil)
	d.until(`location.pathname + location.search === ` + fmt.Sprintf("%q", path) + ` && ` + loaded)
}

// submit does something to a page and sends its form, and waits for the next page.
func (d *driver) submit(form, change string) {
	d.Helper()
	d.eval(`(() => { window.before = true; ` + change + `; document.querySelector(` + fmt.Sprintf("%q", form) + `).requestSubmit(); })()`)
	d.until(`!window.before && ` + loaded)
}

func (d *driver) rows() string { return d.eval(`document.querySelectorAll("input[name=id]").length`) }

// use does with the page what people do: filters, searches, decides over a filter.
func (d *driver) use(state string) {
	d.Helper()
	d.open("/findings?state=" + state)
	d.submit("form.filters", `document.querySelector("input[name=severity][value=critical]").checked = true`)
	want := d.w.total("severity=critical&state=" + state)
	assert.Equal(d, fmt.Sprint(want), d.rows(), "filtered by severity")
	d.submit("form.filters", `document.querySelector("#search").value = "SERVICE-00"`)
	assert.Equal(d, fmt.Sprint(want), d.rows(), "all are in repositories of that name")
	d.submit("form.filters", `document.querySelector("#search").value = "9012"`)
	assert.Equal(d, fmt.Sprint(d.w.total("q=9012&severity=critical&state="+state)), d.rows(), "searched for")
	d.open("/findings?state=" + state + "&severity=critical")
	d.submit("form#triage", `
		document.querySelector("input[name=scope][value=all]").checked = true;
		document.querySelector("select[name=action]").value = "accept";
		document.querySelector("[name=why]").value = "known to the team";
		document.querySelector("input[name=until]").value = "2026-04-01"`)
	assert.Contains(d, d.eval("document.body.innerText"), fmt.Sprintf("%d findings changed", want))
	assert.Zero(d, d.w.total("severity=critical&state="+state))
}

// brightness of the page's paper, from 0 to 255.
func (d *driver) brightness() (n int) {
	d.Helper()
	_, err := fmt.Sscan(d.eval(`getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]`), &n)
	require.NoError(d, err)
	return n
}

func TestPeopleUseThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is driven without -short alone")
	}
	database := storetest.SQLite(t)
	if _, err := exec.LookPath("pg_ctl"); err == nil {
		database = storetest.Postgres(t)
	}
	w := newWorldIn(t, database, 5, 40, nil)
	d := drive(t, w)
	d.use("open")
	d.open("/findings")
	assert.Contains(t, d.eval(`document.querySelector("#triage thead input").getAttribute("aria-label")`), "Select all", "the script is there")

	d.open("/")
	bright := d.brightness()
	d.ask("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	dark := d.brightness()
	assert.Greater(t, bright, 200)
	assert.Less(t, dark, 60)

	d.ask("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	d.use("new")
	d.open("/findings")
	assert.NotEqual(t, "0", d.rows())
	assert.Equal(t, "null", d.eval(`document.querySelector("#triage thead input")`), "and now it is not")

	d.lock.Lock()
	defer d.lock.Unlock()
	assert.Empty(t, d.elsewhere, "no request leaves")
	assert.NotContains(t, d.bodies.String(), treasured)
}

// treasured is a value that a sweep finds, made here so that nothing else finds it.
var treasured = "AKIA" + strings.Repeat("Q7", 8)

// The value of a finding is in no answer, of whatever page.
func TestNoAnswerHoldsASecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		w := newWorldIn(t, database, 3, 12, nil)
		f := made(1, w.clock.now)
		f.Secret, f.Fingerprint = finding.NewSecret(treasured), "secret"
		require.NoError(t, w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Record(t.Context(), &store.Result{Repository: w.repos[0], Sweeps: []int64{2}, Verdict: store.Whole, StartedAt: w.clock.now, EndedAt: w.clock.now, RuleSet: "r", Scope: "s", Findings: []*finding.Finding{f}})
			return err
		}))
		found, _, err := w.db.Findings(t.Context(), store.FindingFilter{Fingerprint: "secret"}, "", 1)
		require.NoError(t, err)
		require.Len(t, found, 1)
		paths := append(w.paths(), fmt.Sprintf("/findings/%d", found[0].ID), fmt.Sprintf("/api/v1/findings/%d", found[0].ID), "/findings?q="+treasured[:8], "/export?format=csv&q=a", "/export?format=json&q=a", "/export?format=sarif&q=a")
		shown := 0
		for _, path := range paths {
			_, body := w.get(path)
			assert.NotContains(t, body, treasured, path)
			assert.NotContains(t, body, treasured[4:16], path)
			if strings.Contains(body, "AKIA••••") {
				shown++
			}
		}
		assert.Greater(t, shown, 5, "its mask is shown")
	})
}
