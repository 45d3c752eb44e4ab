package host

import (
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
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenFromAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "token")
	write := func(text string, mode os.FileMode) error {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		require.NoError(t, os.Chmod(name, mode))
		_, token, err := FromFile(name).Token(t.Context(), Scope{})
		if err == nil {
			assert.Equal(t, strings.TrimSpace(text), token.Reveal())
		} else {
			assert.NotContains(t, err.Error(), "treasure")
		}
		return err
	}
	require.NoError(t, write("treasure\n", 0o600))
	require.NoError(t, write("treasure", 0o440), "as a mounted secret is")
	require.Error(t, write("", 0o600))
	require.Error(t, write("treasure\r\nX-Header: 1", 0o600), "it would break a header open")
	require.Error(t, write(strings.Repeat("treasure", 4000), 0o600))
	if runtime.GOOS != "windows" {
		for _, mode := range []os.FileMode{0o644, 0o604, 0o620, 0o602} {
			require.ErrorContains(t, write("treasure", mode), "chmod 600", "%o", mode)
		}
	}
	_, _, err := FromFile(t.TempDir()).Token(t.Context(), Scope{})
	require.Error(t, err)
}

func TestTokensDoNotPrintThemselves(t *testing.T) {
	t.Setenv("DEPUTY_TEST_TOKEN", "treasure")
	k := NewKeyring(nil)
	k.Add("git.example.com", "kim", FromEnvironment("DEPUTY_TEST_TOKEN"))
	user, token, err := k.For(t.Context(), "https://git.example.com/acme/web.git")
	require.NoError(t, err)
	assert.Equal(t, "kim", user)
	assert.Equal(t, "treasure", token.Reveal())
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, token, token), fmt.Sprintf("%+v", k.pool("git.example.com").entries)} {
		assert.NotContains(t, text, "treasure")
	}
}

func TestTokensForClonesAreScopedToTheirHost(t *testing.T) {
	k := NewKeyring(nil)
	k.Add("GitHub.com", "", fixed{name: "$T", value: "treasure"})
	github, err := NewSite(GitHub, "", "", nil)
	require.NoError(t, err)
	k.Know(github)
	for url, want := range map[string]string{
		"https://github.com/acme/web.git":       "x-access-token treasure",
		"https://gist.github.com/1.git":         "x-access-token treasure",
		"http://github.com/acme/web.git":        " ",
		"https://github.com:8443/acme/web.git":  " ",
		"https://github.com.evil.example/x.git": " ",
		"https://gitlab.com/acme/web.git":       " ",
		"ssh://git@github.com/acme/web.git":     " ",
		"git@github.com:acme/web.git":           " ",
		"/srv/git/web.git":                      " ",
	} {
		user, token, err := k.For(t.Context(), url)
		require.NoError(t, err, url)
		assert.Equal(t, want, user+" "+token.Reveal(), url)
	}
}

func TestAnErrorThatRepeatsTheTokenMasksIt(t *testing.T) {
	f := newFake(t, GitHub, 1)
	f.faults = append(f.faults, status(400, `{"message":"what is treasure-of-acme?"}`))
	all := f.list(t, f.network(fixed{name: "$T", value: "treasure-of-acme"}), nil)
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, all[0].Reason, "what is")
	assert.NotContains(t, all[0].Reason, "treasure")
}

func TestNoTokenThatCanBeUsedIsARow(t *testing.T) {
	f := newFake(t, GitHub, 1)
	all := f.list(t, f.network(FromEnvironment("DEPUTY_TEST_NOT_SET"), FromFile("/nowhere")), nil)
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, all[0].Reason, "$DEPUTY_TEST_NOT_SET")
	assert.Empty(t, f.asked, "it does not ask in nobody's name instead")
}

// gitHelper lets git ask a helper that is a shell script.
func gitHelper(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the helper is a shell script")
	}
	home := t.TempDir()
	helper := filepath.Join(home, "helper")
	require.NoError(t, os.WriteFile(helper, []byte("#!/bin/sh\n"+script), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[credential]\n\thelper = "+helper+"\n"), 0o600))
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
}

func TestTokenFromACredentialHelper(t *testing.T) {
	gitHelper(t, `cat > "$HOME/asked"; echo username=kim; echo password=treasure; echo x >> "$HOME/times"`)
	s := FromHelper("git.example.com")
	for range 2 {
		user, token, err := s.Token(t.Context(), Scope{})
		require.NoError(t, err)
		assert.Equal(t, "kim treasure", user+" "+token.Reveal())
	}
	home := os.Getenv("HOME")
	asked, err := os.ReadFile(filepath.Join(home, "asked"))
	require.NoError(t, err)
	assert.Contains(t, string(asked), "host=git.example.com")
	times := func() int {
		text, err := os.ReadFile(filepath.Join(home, "times"))
		require.NoError(t, err)
		return strings.Count(string(text), "x")
	}
	assert.Equal(t, 1, times(), "it is kept")
	s.(*helper).Forget()
	_, _, err = s.Token(t.Context(), Scope{})
	require.NoError(t, err)
	assert.Equal(t, 2, times())
}

func TestAHelperThatKnowsNothingAsksNobody(t *testing.T) {
	gitHelper(t, "exit 0")
	t.Setenv("GIT_ASKPASS", "sh -c 'echo asked; exit 0'")
	t.Setenv("SSH_ASKPASS", "sh -c 'echo asked; exit 0'")
	t.Setenv("DISPLAY", ":0")
	_, _, err := FromHelper("git.example.com").Token(t.Context(), Scope{})
	require.ErrorContains(t, err, "knows none")
}

func TestTheHelperOfAHostileDirectoryIsNotRun(t *testing.T) {
	gitHelper(t, "exit 0")
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git", "objects"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git", "refs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "config"), []byte("[credential]\n\thelper = \"!touch "+dir+"/ran\"\n"), 0o644))
	t.Chdir(dir)
	_, _, err := FromHelper("git.example.com").Token(t.Context(), Scope{})
	require.Error(t, err)
	assert.NoFileExists(t, filepath.Join(dir, "ran"))
}

// appFake is a GitHub that has an app installed for acme.
type appFake struct {
	*fake
	key    *rsa.PrivateKey
	file   string
	minted []string // bodies of the requests
}

func newAppFake(t *testing.T, total int) *appFake {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	a := &appFake{fake: newFake(t, GitHub, total), key: key, file: filepath.Join(t.TempDir(), "app.pem")}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	require.NoError(t, os.WriteFile(a.file, block, 0o600))
	installation := func(w http.ResponseWriter, r *http.Request) {
		if a.signed(w, r) {
			_, _ = w.Write([]byte(`{"id": 99}`))
		}
	}
	a.routes["/api/v3/orgs/acme/installation"] = installation
	a.routes["/api/v3/repos/acme/web/installation"] = installation
	a.routes["/api/v3/app/installations/99/access_tokens"] = func(w http.ResponseWriter, r *http.Request) {
		if !a.signed(w, r) {
			return
		}
		body, _ := io.ReadAll(r.Body)
		a.minted = append(a.minted, string(body))
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"token": fmt.Sprintf("minted-%d", len(a.minted)), "expires_at": a.clock.now.Add(time.Hour)})
	}
	return a
}

// signed checks a request's token as GitHub does.
func (a *appFake) signed(w http.ResponseWriter, r *http.Request) bool {
	err := func() error {
		parts := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
		if len(parts) != 3 {
			return errors.New("no JWT")
		}
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if err := rsa.VerifyPKCS1v15(&a.key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
			return err
		}
		var claims struct {
			Iat, Exp int64
			Iss      string
		}
		text, _ := base64.RawURLEncoding.DecodeString(parts[1])
		now := a.clock.now.Unix()
		if err := json.Unmarshal(text, &claims); err != nil || claims.Iss != "Iv1.abc" || claims.Iat > now || claims.Exp <= now || claims.Exp > now+600 {
			return fmt.Errorf("bad claims %s", text)
		}
		return nil
	}()
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error()})
	}
	return err == nil
}

// withApp returns a network that reads as the app.
func (a *appFake) withApp(t *testing.T) *Network {
	site, err := NewSite(GitHub, a.URL, "", nil)
	require.NoError(t, err)
	n := a.network()
	n.Keys.Add(site.Web.Host, "", n.FromApp(site, App{ID: "Iv1.abc", KeyFile: a.file}))
	n.Keys.Know(site)
	return n
}

func TestAnAppListsWithATokenThatItMints(t *testing.T) {
	a := newAppFake(t, 250)
	n := a.withApp(t)
	whole(t, a.fake, a.list(t, n, nil))
	assert.Equal(t, []string{""}, a.minted, "one token for a listing")
	assert.Equal(t, "Bearer minted-1", a.auth[len(a.auth)-1])

	a.clock.now = a.clock.now.Add(55 * time.Minute)
	whole(t, a.fake, a.list(t, n, nil))
	assert.Len(t, a.minted, 2, "and another before that expires")
}

func TestAnAppMintsATokenForEachJob(t *testing.T) {
	a := newAppFake(t, 1)
	n := a.withApp(t)
	for i := range 2 {
		user, token, err := n.Keys.For(t.Context(), a.URL+"/acme/web.git")
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("x-access-token minted-%d", i+1), user+" "+token.Reveal())
		assert.JSONEq(t, `{"repositories":["web"],"permissions":{"contents":"read","metadata":"read"}}`, a.minted[i])
	}
	user, token, err := n.Keys.For(t.Context(), a.URL+"/0123456789.git")
	require.NoError(t, err)
	assert.Empty(t, user+token.Reveal(), "a gist is no installation's")
}

func TestAnAppWhoseTokenIsRevokedMintsAnother(t *testing.T) {
	a := newAppFake(t, 250)
	n := a.withApp(t)
	a.faults = []func(http.ResponseWriter, *http.Request) bool{nil, nil, nil, nil}
	pass := func(http.ResponseWriter, *http.Request) bool { return false }
	for i := range a.faults {
		a.faults[i] = pass
	}
	a.faults[3] = status(401, `{"message":"Bad credentials"}`)
	whole(t, a.fake, a.list(t, n, nil))
	assert.Len(t, a.minted, 2)
}

func TestAnAppWithoutItsKeyIsARow(t *testing.T) {
	a := newAppFake(t, 1)
	n := a.withApp(t)
	require.NoError(t, os.WriteFile(a.file, []byte("no key"), 0o600))
	all := a.list(t, n, nil)
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, all[0].Reason, "app Iv1.abc")
	assert.NotContains(t, all[0].Reason, "no key\x00")
}
