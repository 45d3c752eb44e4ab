// Package page is what people see of sweeps in a browser, and programs by its API: what is
// open, where, since when, and what was not examined and why; and where they decide what
// becomes of a finding.
//
// It is made on the server and works without scripts; the one script makes some of it
// quicker. Nothing is loaded from anywhere else, and a policy holds the browser to that.
// Values are masked, as the store holds nothing else.
package page

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// Options say what the page shows and to whom.
type Options struct {
	Store   *store.Store
	Rules   []*finding.Rule // for titles and remedies
	Token   host.Source     // what readers need; nil if only this machine reaches the page
	Hosts   []string        // names under which it may be asked, beside this machine's
	Who     string          // who decides if there is no token: whoever sits at this machine
	Version string
	Clock   host.Clock                       // nil for the machine's
	Due     func(finding.Severity) time.Time // nil if nothing is due
	Log     *slog.Logger                     // nil for none
}

// server answers requests.
type server struct {
	Options
	rules  map[string]*finding.Rule
	assets map[string]asset
	login  *attempts
}

var (
	//go:embed templates/*.html
	templates embed.FS
	//go:embed page.css
	style []byte
	//go:embed page.js
	script []byte
	//go:embed openapi.json
	openAPI []byte
)

// asset is a file that the page loads, under a name that changes with it.
type asset struct {
	kind string
	body []byte
}

func assetName(name string, body []byte) string {
	sum := sha256.Sum256(body)
	return "/static/" + hex.EncodeToString(sum[:6]) + "-" + name
}

var (
	stylePath  = assetName("page.css", style)
	scriptPath = assetName("page.js", script)
)

// New returns the page.
func New(o Options) http.Handler {
	if o.Clock == nil {
		o.Clock = host.SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o, rules: map[string]*finding.Rule{}, login: newAttempts(o.Clock)}
	for _, r := range o.Rules {
		s.rules[r.ID] = r
	}
	s.assets = map[string]asset{stylePath: {"text/css; charset=utf-8", style}, scriptPath: {"text/javascript; charset=utf-8", script}}
	return s.handler()
}

// handler puts together what all requests go through.
func (s *server) handler() http.Handler {
	inner := http.NewServeMux()
	for _, r := range s.routes() {
		inner.HandleFunc(r.pattern, s.answer(r.serve))
	}
	open := http.NewServeMux() // without a token
	open.HandleFunc("GET /healthz", s.healthz)
	open.HandleFunc("GET /readyz", s.readyz)
	open.HandleFunc("GET /static/{name}", s.static)
	open.HandleFunc("GET /login", s.answer(s.loginForm))
	open.HandleFunc("POST /login", s.answer(s.logIn))
	open.Handle("/", s.authenticated(inner))
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &refusal{http.StatusForbidden, "The request comes from another site."})
	}))
	return s.recovered(s.headers(s.knownHost(protection.Handler(bounded(open)))))
}

// route is what answers a kind of request.
type route struct {
	pattern string
	serve   func(http.ResponseWriter, *http.Request) error
}

func (s *server) routes() []route {
	routes := []route{
		{"GET /{$}", s.overview},
		{"GET /repositories", s.repositories},
		{"GET /repositories/{id}", s.repository},
		{"GET /findings", s.findings},
		{"GET /findings/{id}", s.finding},
		{"GET /accounts", s.accounts},
		{"GET /jobs", s.jobs},
		{"POST /triage", s.triage},
		{"GET /export", s.export},
		{"POST /logout", s.logOut},
		{"GET /metrics", s.metrics},
		{"GET /api/openapi.json", s.description},
		{"/", s.nothing},
	}
	for _, e := range s.endpoints() {
		routes = append(routes, route{e.Method + " /api/v1" + e.Path, e.serve})
	}
	return routes
}

// policy lets the page load its own style and script and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'none'; img-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "X-Robots-Tag": "noindex",
		} {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// knownHost refuses names that nobody gave the page: a site whose name leads to this
// machine would else be of the same origin (DNS rebinding). Probes ask by address.
func (s *server) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Host
		if h, _, err := net.SplitHostPort(name); err == nil {
			name = h
		}
		name = strings.ToLower(strings.Trim(name, "[]"))
		known := host.Loopback(name) || slices.Contains(s.Hosts, name) || s.Token != nil && len(s.Hosts) == 0
		if !known && r.URL.Path != "/healthz" && r.URL.Path != "/readyz" {
			http.Error(w, "This page is not known under that name (see serve --host).", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// maxForm bounds what a request sends, in bytes: a triage of a page of findings.
const maxForm = 1 << 20

func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // it is thrown as it is
					panic(p)
				}
				s.Log.Error("page: a mistake of ours", "path", r.URL.Path, "panic", fmt.Sprint(p))
				http.Error(w, "This is a mistake of deputy's. The log says more.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// refusal is an answer that is none, with the words for the reader.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func wrong(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

var errNothing = &refusal{http.StatusNotFound, "There is nothing here."}

func (s *server) nothing(http.ResponseWriter, *http.Request) error { return errNothing }

// answer turns errors into answers. What is not meant for readers goes to the log.
func (s *server) answer(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		switch {
		case err == nil, errors.Is(r.Context().Err(), context.Canceled):
		case errors.Is(err, store.ErrNone):
			s.fail(w, r, errNothing)
		case errors.Is(err, store.ErrCursor):
			s.fail(w, r, &refusal{http.StatusBadRequest, "There is no such page of the list."})
		default:
			var said *refusal
			if !errors.As(err, &said) {
				s.Log.Error("page: cannot answer", "path", r.URL.Path, "error", err)
				said = &refusal{http.StatusInternalServerError, "The database does not answer. The log says more."}
			}
			s.fail(w, r, said)
		}
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, said *refusal) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		writeJSON(w, said.status, map[string]string{"error": said.text})
		return
	}
	data := struct {
		frame
		Text string
	}{s.frame(r, http.StatusText(said.status), ""), said.text}
	if err := s.render(w, said.status, "error", data); err != nil {
		s.Log.Error("page: cannot say what is wrong", "error", err)
	}
}

func (s *server) static(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body)
}

// frame is what all pages have.
type frame struct {
	Title, Here   string // title; which entry of the navigation it is
	Style, Script string
	Who           string
	Version       string
	LoggedIn      bool
	Done          string // what the last request did, "" for none
}

func (s *server) frame(r *http.Request, title, here string) frame {
	return frame{Title: title, Here: here, Style: stylePath, Script: scriptPath, Who: s.who(r), Version: s.Version, LoggedIn: s.Token != nil && s.who(r) != ""}
}

// views are made when the first page is asked for: every other verb would wait for them.
var views = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"overview", "repositories", "repository", "findings", "finding", "jobs", "login", "error"} {
		t := template.New("layout.html").Funcs(functions)
		all[name] = template.Must(t.ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
	}
	return all
})

// render writes a page. It is made whole before the first byte leaves, so that an error
// is an answer and not half a page.
func (s *server) render(w http.ResponseWriter, status int, name string, data any) error {
	var b strings.Builder
	if err := views()[name].Execute(&b, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String()))
	return nil
}
