package page

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// Whoever has the token reads and decides. A browser exchanges it for a cookie that holds
// the reader's name and an end, signed under the token: to change the token ends all
// sessions. Programs send the token itself.

// cookieName is one that browsers take over HTTPS from this host only, for all of it
// (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes).
const cookieName = "__Host-deputy"

// session is how long a reader stays known.
const session = 12 * time.Hour

// minToken is the shortest token, in bytes, that is taken.
const minToken = 16

type whoKey struct{}

// who returns the reader's name.
func (s *server) who(r *http.Request) string {
	if s.Token == nil {
		return s.Who
	}
	name, _ := r.Context().Value(whoKey{}).(string)
	return name
}

func (s *server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Token == nil {
			next.ServeHTTP(w, r)
			return
		}
		token, err := s.token(r.Context())
		if err != nil {
			s.Log.Error("page: no token to compare with", "error", err)
			s.fail(w, r, &refusal{http.StatusServiceUnavailable, "The page's token cannot be read. The log says more."})
			return
		}
		name, ok := s.known(r, token)
		switch {
		case ok:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, name)))
		case r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/metrics":
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="deputy"`)
			s.fail(w, r, &refusal{http.StatusUnauthorized, "The page wants a token."})
		}
	})
}

func (s *server) token(ctx context.Context) (finding.Secret, error) {
	_, token, err := s.Token.Token(ctx, host.Scope{})
	if err == nil && len(token.Reveal()) < minToken {
		return finding.Secret{}, &refusal{http.StatusServiceUnavailable, s.Token.Name() + ": a token of the page has 16 characters at least"}
	}
	return token, err
}

// known returns who sends a request.
func (s *server) known(r *http.Request, token finding.Secret) (name string, ok bool) {
	if given, has := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); has {
		if !s.login.allowed() {
			return "", false
		}
		ok = same(given, token.Reveal())
		s.login.note(ok)
		return "api", ok
	}
	c, err := r.Cookie(cookieName)
	if err != nil {
		return "", false
	}
	return s.open(c.Value, token)
}

// same compares in a time that says nothing of either.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// seal returns the value of the cookie: name, end and signature.
func seal(name string, end time.Time, token finding.Secret) string {
	body := base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + strconv.FormatInt(end.Unix(), 10)
	return body + "." + signature(body, token)
}

func signature(body string, token finding.Secret) string {
	mac := hmac.New(sha256.New, []byte(token.Reveal()))
	_, _ = mac.Write([]byte("deputy session\x00" + body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *server) open(cookie string, token finding.Secret) (name string, ok bool) {
	at := strings.LastIndexByte(cookie, '.')
	if at < 0 || !same(cookie[at+1:], signature(cookie[:at], token)) {
		return "", false
	}
	encoded, end, _ := strings.Cut(cookie[:at], ".")
	seconds, err := strconv.ParseInt(end, 10, 64)
	if err != nil || !s.Clock.Now().Before(time.Unix(seconds, 0)) {
		return "", false
	}
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	return string(text), err == nil
}

func (s *server) loginForm(w http.ResponseWriter, r *http.Request) error {
	if s.Token == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	return s.showLogin(w, r, http.StatusOK, "")
}

func (s *server) showLogin(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	return s.render(w, status, "login", struct {
		frame
		Problem string
	}{s.frame(r, "Log in", ""), problem})
}

// maxName bounds a reader's name, in bytes.
const maxName = 80

func (s *server) logIn(w http.ResponseWriter, r *http.Request) error {
	if s.Token == nil {
		return errNothing
	}
	if !s.login.allowed() {
		return s.showLogin(w, r, http.StatusTooManyRequests, "Too many wrong tokens. Try again in a minute.")
	}
	token, err := s.token(r.Context())
	if err != nil {
		return err
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	ok := same(r.PostFormValue("token"), token.Reveal())
	s.login.note(ok)
	switch {
	case !ok:
		return s.showLogin(w, r, http.StatusUnauthorized, "That is not the token.")
	case name == "" || len(name) > maxName:
		return s.showLogin(w, r, http.StatusBadRequest, "Your name stands beside what you decide: a short one is enough.")
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: seal(name, s.Clock.Now().Add(session), token), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(session / time.Second),
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *server) logOut(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// attempts keeps tokens from being guessed: so many wrong ones a minute, from wherever
// they come.
type attempts struct {
	clock host.Clock

	lock  sync.Mutex
	wrong []time.Time
}

const maxWrong = 10

func newAttempts(clock host.Clock) *attempts { return &attempts{clock: clock} }

func (a *attempts) allowed() bool {
	a.lock.Lock()
	defer a.lock.Unlock()
	since := a.clock.Now().Add(-time.Minute)
	for len(a.wrong) > 0 && a.wrong[0].Before(since) {
		a.wrong = a.wrong[1:]
	}
	return len(a.wrong) < maxWrong
}

func (a *attempts) note(right bool) {
	if right {
		return
	}
	a.lock.Lock()
	defer a.lock.Unlock()
	a.wrong = append(a.wrong, a.clock.Now())
}
