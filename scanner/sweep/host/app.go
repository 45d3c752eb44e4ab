package host

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// App is a GitHub App, which reads as itself and belongs to no person
// (https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app).
type App struct {
	ID           string // its client ID or number
	KeyFile      string // PEM file of its private key
	Installation int64  // 0 to ask which one is an owner's
}

// FromApp is a source that mints tokens of an app: one for listing that is kept until
// shortly before it expires, and one for each job, good for its repository alone.
func (n *Network) FromApp(site *Site, app App) Source {
	s := &appSource{app: app, clock: n.clock(), installations: map[string]int64{}, tokens: map[string]minted{}}
	s.api = n.api(site, &pool{host: site.Web.Host, entries: []*entry{{source: appKey{s}}}}, Scope{})
	s.api.cache = nil // its answers are tokens
	return s
}

type appSource struct {
	app   App
	clock Clock
	api   *api

	lock          sync.Mutex
	installations map[string]int64  // by owner
	tokens        map[string]minted // for listing, by owner
}

// minted is a token of an installation.
type minted struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// freshFor is how long a token for listing has to last still: longer than one request
// with all its attempts.
const freshFor = 10 * time.Minute

// Name implements [Source].
func (s *appSource) Name() string { return "app " + s.app.ID }

// covers reports whether there can be a token for a scope: an installation is an owner's.
func (s *appSource) covers(scope Scope) bool { return scope.Owner != "" }

// Token implements [Source].
func (s *appSource) Token(ctx context.Context, scope Scope) (string, finding.Secret, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	owner := strings.ToLower(scope.Owner)
	kept, ok := s.tokens[owner]
	if !ok || scope.Repository != "" || kept.ExpiresAt.Before(s.clock.Now().Add(freshFor)) {
		var err error
		if kept, err = s.mint(ctx, scope); err != nil {
			return "", finding.Secret{}, fmt.Errorf("%s: %w", s.Name(), err)
		}
		if scope.Repository == "" {
			s.tokens[owner] = kept
		}
	}
	token, err := clean(kept.Token)
	return "", token, err
}

// Forget lets the next request mint a token.
func (s *appSource) Forget() {
	s.lock.Lock()
	defer s.lock.Unlock()
	clear(s.tokens)
	clear(s.installations)
}

func (s *appSource) mint(ctx context.Context, scope Scope) (minted, error) {
	installation, err := s.installation(ctx, scope)
	if err != nil {
		return minted{}, err
	}
	var body []byte
	if scope.Repository != "" {
		body, err = json.Marshal(map[string]any{
			"repositories": []string{scope.Repository},
			"permissions":  map[string]string{"contents": "read", "metadata": "read"},
		})
		if err != nil {
			return minted{}, err
		}
	}
	var m minted
	_, err = s.api.do(ctx, http.MethodPost, fmt.Sprintf("app/installations/%d/access_tokens", installation), body, func(body []byte) error {
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		if m.Token == "" {
			return errors.New("no token")
		}
		return nil
	})
	return m, err
}

func (s *appSource) installation(ctx context.Context, scope Scope) (int64, error) {
	if s.app.Installation != 0 {
		return s.app.Installation, nil
	}
	owner := strings.ToLower(scope.Owner)
	if id, ok := s.installations[owner]; ok {
		return id, nil
	}
	path := "orgs/" + url.PathEscape(owner) + "/installation"
	switch {
	case scope.Repository != "":
		path = "repos/" + url.PathEscape(owner) + "/" + url.PathEscape(scope.Repository) + "/installation"
	case scope.User:
		path = "users/" + url.PathEscape(owner) + "/installation"
	}
	var answer struct {
		ID int64 `json:"id"`
	}
	if err := s.api.get(ctx, path, &answer); err != nil {
		return 0, fmt.Errorf("its installation for %q: %w", scope.Owner, err)
	}
	s.installations[owner] = answer.ID
	return answer.ID, nil
}

// appKey signs as the app itself, which may do nothing but mint tokens.
type appKey struct{ *appSource }

func (k appKey) covers(Scope) bool { return true }

// How long a signature is good: GitHub takes ten minutes at most, and clocks differ.
const (
	appKeyLife = 9 * time.Minute
	clockDrift = time.Minute
)

// Token implements [Source]: a JSON web token (RFC 7519) under RS256. It is signed anew
// each time, so that there is nothing to forget.
func (k appKey) Token(context.Context, Scope) (string, finding.Secret, error) {
	key, err := readRSA(k.app.KeyFile)
	if err != nil {
		return "", finding.Secret{}, err
	}
	now := k.clock.Now()
	claims, err := json.Marshal(map[string]any{"iat": now.Add(-clockDrift).Unix(), "exp": now.Add(appKeyLife).Unix(), "iss": k.app.ID})
	if err != nil {
		return "", finding.Secret{}, err
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", finding.Secret{}, errors.New("the key cannot sign")
	}
	return "", finding.NewSecret(signed + "." + enc.EncodeToString(signature)).Opaque(), nil
}

// Forget does nothing: see Token.
func (k appKey) Forget() {}

// maxKey bounds the file of a private key, in bytes.
const maxKey = 64 << 10

// readRSA reads a private key as GitHub hands it out (PKCS #1), or as PKCS #8.
func readRSA(name string) (*rsa.PrivateKey, error) {
	text, err := readPrivate(name, maxKey)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: no private key in PEM", name)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if any, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := any.(*rsa.PrivateKey); ok {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%s: no RSA private key", name)
}
