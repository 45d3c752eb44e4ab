package page

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests here open the page in Chromium.

// browsers are what Chromium is called.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// ownServices are the hosts that Chromium itself calls, whatever page is open.
var ownServices = regexp.MustCompile(`(^|\.)(google\.com|googleapis\.com|gvt1\.com|gstatic\.com)(:\d+)?$`)

// patience is how long a browser may take before it is given up.
const patience = 2 * time.Minute

// chromium returns the browser's program, or skips the test where there is none.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Skip("no Chromium: the page is not opened")
	return ""
}

// browse opens an address and returns the page as it stands then, and what the browser
// asked for elsewhere.
func browse(t *testing.T, w *world, path string) (dom string, elsewhere []string) {
	t.Helper()
	var lock sync.Mutex
	target, err := url.Parse(w.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	all := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.Host, "127.0.0.1:"):
			proxy.ServeHTTP(rw, r)
		case !ownServices.MatchString(r.Host):
			lock.Lock()
			elsewhere = append(elsewhere, r.Host+r.URL.Path)
			lock.Unlock()
		}
	}))
	defer all.Close()
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--no-proxy-server", "--host-resolver-rules=MAP * " + strings.TrimPrefix(all.URL, "http://") + ", EXCLUDE 127.0.0.1",
		"--user-data-dir=" + filepath.Join(t.TempDir(), "browser"), "--window-size=1280,1000", "--virtual-time-budget=3000", "--dump-dom", all.URL + path,
	}
	browser := exec.Command(chromium(t), args...)
	browser.Env = append(os.Environ(), "HOME="+t.TempDir())
	var out, said bytes.Buffer
	browser.Stdout, browser.Stderr = &out, &said
	require.NoError(t, browser.Start())
	timer := time.AfterFunc(patience, func() { _ = browser.Process.Kill() })
	defer timer.Stop()
	require.NoError(t, browser.Wait(), said.String())
	lock.Lock()
	defer lock.Unlock()
	return out.String(), elsewhere
}

func TestInABrowserNoRequestLeavesThePage(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	for _, path := range []string{"/", "/findings?severity=critical", "/findings/1", "/repositories", "/jobs"} {
		dom, elsewhere := browse(t, w, path)
		assert.Empty(t, elsewhere, path)
		assert.Contains(t, dom, "</main>", path)
		assert.NotContains(t, dom, "<script>alert", path)
	}
}

func TestTheScriptAddsWhatIsQuicker(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	dom, _ := browse(t, w, "/findings")
	assert.Contains(t, dom, `aria-label="Select all of this page"`, "the page's own policy lets its script run")
}
