package notify

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mime/quotedprintable"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
)

// clockAt moves only when somebody sleeps.
type clockAt struct {
	now   time.Time
	slept []time.Duration
}

func (c *clockAt) Now() time.Time { return c.now }

func (c *clockAt) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func newClock() *clockAt { return &clockAt{now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)} }

func sample() *Digest {
	return &Digest{
		Sweep: 12, EndedAt: newClock().now, New: 40, Reappeared: 1, Whole: 90, Part: 2, Failed: 1, URL: "https://deputy.example.com/findings?since=12",
		Items: []Item{
			{Rule: "aws-access-key-id", Title: "AWS key", Severity: finding.Critical, Secret: "AKIA••••WXYZ", Repository: "acme/web", Path: "deploy/prod.env", Line: 3, Others: 2, URL: "https://deputy.example.com/findings/7"},
			{Rule: "aws-account-id", Title: "AWS account ID", Severity: finding.Low, Secret: "••••••••9012", Reappeared: true, Repository: "acme/a|b", Path: "docs/<img src=x> & [link](x) *bold*\r\nSubject: evil\u202e", Line: 1},
		},
	}
}

func from(d *Digest) Source {
	return func(context.Context, finding.Severity) (*Digest, error) { return d, nil }
}

// inbox is a server that keeps what it gets. It answers with its codes in turn, then 200.
type inbox struct {
	*httptest.Server
	lock    sync.Mutex
	codes   []int
	bodies  []string
	headers []http.Header
}

func newInbox(t *testing.T, codes ...int) *inbox {
	i := &inbox{codes: codes}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.lock.Lock()
		defer i.lock.Unlock()
		body, _ := io.ReadAll(r.Body)
		i.bodies, i.headers = append(i.bodies, string(body)), append(i.headers, r.Header)
		if len(i.codes) > 0 {
			if i.codes[0]/100 == 3 {
				w.Header().Set("Location", "/elsewhere")
			}
			w.WriteHeader(i.codes[0])
			i.codes = i.codes[1:]
		}
	}))
	t.Cleanup(i.Close)
	return i
}

func TestAWebhookIsSigned(t *testing.T) {
	box, clock := newInbox(t), newClock()
	t.Setenv("DEPUTY_TEST_KEY", "treasure")
	g := New([]config.Notification{{Webhook: &config.Webhook{URL: box.URL + "/hook", Secret: config.Secret{Env: "DEPUTY_TEST_KEY"}}}}, Via{Clock: clock})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	require.Len(t, box.bodies, 1)
	assert.Equal(t, Sign("treasure", clock.now, []byte(box.bodies[0])), box.headers[0].Get("Deputy-Signature"))
	assert.NotEqual(t, Sign("other", clock.now, []byte(box.bodies[0])), box.headers[0].Get("Deputy-Signature"))
	assert.Equal(t, "sweep-12", box.headers[0].Get("Deputy-Delivery"), "who gets it twice can tell")
	var p payload
	require.NoError(t, json.Unmarshal([]byte(box.bodies[0]), &p))
	assert.Equal(t, 40, p.New)
	assert.Equal(t, "acme/web", p.Findings[0].Repository)
	assert.Equal(t, "AKIA••••WXYZ", p.Findings[0].Secret)
	assert.True(t, p.Findings[1].Reappeared)
}

// TestTheSignatureIsThatOfTheDocumentation holds it to a value worked out by openssl:
// printf '1772330400.{}' | openssl dgst -sha256 -hmac treasure
func TestTheSignatureIsThatOfTheDocumentation(t *testing.T) {
	assert.Equal(t, "t=1772330400,v1=d0c6e916dc7c396b0beea3ce51c335efb53d82342dd22dfcf086de837130759e", Sign("treasure", time.Unix(1772330400, 0), []byte("{}")))
}

func TestSlack(t *testing.T) {
	box := newInbox(t)
	t.Setenv("DEPUTY_TEST_URL", box.URL+"/services/T0/B0/treasure")
	g := New([]config.Notification{{Slack: &config.Secret{Env: "DEPUTY_TEST_URL"}}}, Via{Clock: newClock()})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	var m struct {
		Text   string
		Blocks []struct {
			Type     string
			Text     struct{ Text string }
			Elements []struct{ Text string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(box.bodies[0]), &m))
	assert.Equal(t, "deputy: 40 new findings and 1 that came back", m.Text)
	require.Len(t, m.Blocks, 4)
	assert.Equal(t, "🔴 <https://deputy.example.com/findings/7|critical: AWS key AKIA••••WXYZ>\nacme/web: deploy/prod.env:3 and 2 other repositories", m.Blocks[1].Text.Text)
	assert.NotContains(t, m.Blocks[2].Text.Text, "<img", "nothing of a path is markup")
	assert.NotContains(t, m.Blocks[2].Text.Text, "\u202e")
	assert.Contains(t, m.Blocks[3].Elements[0].Text, "39 more")
}

func TestTeams(t *testing.T) {
	box := newInbox(t)
	name := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(name, []byte(box.URL), 0o600))
	g := New([]config.Notification{{Teams: &config.Secret{File: name}}}, Via{Clock: newClock()})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	assert.Contains(t, box.bodies[0], `"contentType":"application/vnd.microsoft.card.adaptive"`)
	assert.Contains(t, box.bodies[0], `"type":"message"`)
	assert.NotContains(t, box.bodies[0], "[link](x)", "nothing of a path is markup")
}

func TestNothingNewIsToldToNobody(t *testing.T) {
	box := newInbox(t)
	g := New([]config.Notification{{Webhook: &config.Webhook{URL: box.URL}}}, Via{Clock: newClock()})
	require.NoError(t, g.Send(t.Context(), from(&Digest{Sweep: 1, Whole: 3})))
	assert.Empty(t, box.bodies)
}

func TestEachAsksForItsOwnSeverity(t *testing.T) {
	box := newInbox(t)
	hook := &config.Webhook{URL: box.URL}
	g := New([]config.Notification{{Webhook: hook, Severity: finding.High}, {Webhook: hook}}, Via{Clock: newClock()})
	var asked []finding.Severity
	require.NoError(t, g.Send(t.Context(), func(_ context.Context, least finding.Severity) (*Digest, error) {
		asked = append(asked, least)
		return sample(), nil
	}))
	assert.Equal(t, []finding.Severity{finding.High, ""}, asked)
}

func TestAServerThatFailsIsTriedAgain(t *testing.T) {
	box, clock := newInbox(t, 500, 429, 503), newClock()
	g := New([]config.Notification{{Webhook: &config.Webhook{URL: box.URL}}}, Via{Clock: clock})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	assert.Len(t, box.bodies, 4)
	assert.Equal(t, []time.Duration{4 * time.Second, 16 * time.Second, 64 * time.Second}, clock.slept)
}

func TestOneThatCannotBeToldKeepsNobodyElseFromIt(t *testing.T) {
	bad, good := newInbox(t, 404, 307), newInbox(t)
	t.Setenv("DEPUTY_TEST_URL", bad.URL+"/treasure")
	g := New([]config.Notification{{Slack: &config.Secret{Env: "DEPUTY_TEST_URL"}}, {Webhook: &config.Webhook{URL: bad.URL + "/treasure"}}, {Slack: &config.Secret{Env: "DEPUTY_TEST_UNSET"}}, {Webhook: &config.Webhook{URL: good.URL}}}, Via{Clock: newClock()})
	err := g.Send(t.Context(), from(sample()))
	require.ErrorContains(t, err, "slack: the answer is 404")
	require.ErrorContains(t, err, "webhook: the answer is 307", "a redirect is not followed")
	require.ErrorContains(t, err, "$DEPUTY_TEST_UNSET")
	assert.NotContains(t, err.Error(), "treasure")
	assert.Len(t, bad.bodies, 2, "what would fail again is not tried again")
	assert.Len(t, good.bodies, 1)
}

func TestAServerThatIsNotThereTellsNoSecret(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Setenv("DEPUTY_TEST_URL", "http://"+l.Addr().String()+"/treasure")
	l.Close()
	g := New([]config.Notification{{Slack: &config.Secret{Env: "DEPUTY_TEST_URL"}}}, Via{Clock: newClock()})
	err = g.Send(t.Context(), from(sample()))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "treasure")
}

// postOffice is a mail server with one script.
type postOffice struct {
	net.Listener
	offersTLS  bool
	tls        *tls.Config
	refuse     string // a command that it refuses, with the reply
	reply      string
	lock       sync.Mutex
	commands   []string
	message    string
	encrypted  bool
	deliveries int
}

func newPostOffice(t *testing.T, offersTLS bool) *postOffice {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o := &postOffice{Listener: l, offersTLS: offersTLS, tls: &tls.Config{Certificates: []tls.Certificate{certificate(t)}}}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			o.talk(conn)
		}
	}()
	return o
}

func certificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (o *postOffice) talk(conn net.Conn) {
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 office ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		o.lock.Lock()
		o.commands = append(o.commands, line)
		refuse := o.refuse != "" && strings.HasPrefix(line, o.refuse)
		o.lock.Unlock()
		word := strings.ToUpper(strings.Fields(line + " x")[0])
		switch {
		case refuse:
			say(o.reply)
		case word == "EHLO":
			if o.offersTLS && !o.encrypted {
				say("250-office\r\n250 STARTTLS")
			} else {
				say("250-office\r\n250 AUTH PLAIN")
			}
		case word == "STARTTLS":
			say("220 go")
			secure := tls.Server(conn, o.tls)
			if secure.Handshake() != nil {
				return
			}
			o.encrypted = true
			conn, in = secure, bufio.NewReader(secure)
		case word == "AUTH":
			say("235 yes")
		case word == "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			o.lock.Lock()
			o.message, o.deliveries = b.String(), o.deliveries+1
			o.lock.Unlock()
			say("250 taken")
		case word == "QUIT":
			say("221 bye")
			o.encrypted = false
			return
		default:
			say("250 ok")
		}
	}
}

func (o *postOffice) roots() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(o.tls.Certificates[0].Leaf)
	return &tls.Config{RootCAs: pool}
}

func (o *postOffice) config() config.Email {
	return config.Email{To: []string{"Sec Team <sec@example.com>", "kim@example.com"}, From: "deputy@example.com", Server: o.Addr().String(), User: "deputy", Password: config.Secret{Env: "DEPUTY_TEST_SMTP"}}
}

func TestMail(t *testing.T) {
	t.Setenv("DEPUTY_TEST_SMTP", "treasure")
	o := newPostOffice(t, true)
	email := o.config()
	g := New([]config.Notification{{Email: &email}}, Via{Clock: newClock(), TLS: o.roots()})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	assert.True(t, strings.Contains(strings.Join(o.commands, "\n"), "STARTTLS"))
	assert.Contains(t, o.commands, "AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00deputy\x00treasure")), "and only then the password")
	assert.Contains(t, o.commands, "RCPT TO:<kim@example.com>")
	m, err := mail.ReadMessage(strings.NewReader(o.message))
	require.NoError(t, err)
	assert.Equal(t, "deputy: 40 new findings and 1 that came back", m.Header.Get("Subject"))
	assert.Equal(t, "<sweep-12-1772330400@example.com>", m.Header.Get("Message-ID"))
	assert.Len(t, m.Header, 9, "nothing of a path is a header")
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	require.NoError(t, err)
	assert.Contains(t, string(body), "critical: AWS key AKIA••••WXYZ\r\n  acme/web: deploy/prod.env:3 and 2 other repositories")
	assert.Contains(t, string(body), "and 39 more")
}

func TestMailInTheClearStaysOnThisMachine(t *testing.T) {
	o := newPostOffice(t, false)
	email := o.config()
	email.User = ""
	g := New([]config.Notification{{Email: &email}}, Via{Clock: newClock()})
	require.NoError(t, g.Send(t.Context(), from(sample())))
	assert.Equal(t, 1, o.deliveries)

	m := &mailer{Email: email, clock: newClock()}
	assert.ErrorContains(t, m.secure(nilClient(t, o), "mail.example.com", "25", &tls.Config{}), "does not offer encryption")
}

func TestACertificateThatIsNotTrustedGetsNoPassword(t *testing.T) {
	t.Setenv("DEPUTY_TEST_SMTP", "treasure")
	o := newPostOffice(t, true)
	email := o.config()
	g := New([]config.Notification{{Email: &email}}, Via{Clock: newClock()})
	require.Error(t, g.Send(t.Context(), from(sample())))
	assert.NotContains(t, strings.Join(o.commands, "\n"), "AUTH")
	assert.Zero(t, o.deliveries)
}

func TestWhatAMailServerRefuses(t *testing.T) {
	t.Setenv("DEPUTY_TEST_SMTP", "treasure")
	for name, c := range map[string]struct {
		command, reply string
		tries          int
	}{
		"for good": {"RCPT", "550 no such user treasure", 1}, "for now": {"RCPT", "451 try later", attempts}, "the password": {"AUTH", "535 what is treasure", 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newPostOffice(t, true)
			o.refuse, o.reply = c.command, c.reply
			email := o.config()
			g := New([]config.Notification{{Email: &email}}, Via{Clock: newClock(), TLS: o.roots()})
			err := g.Send(t.Context(), from(sample()))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "treasure")
			count := 0
			for _, line := range o.commands {
				if strings.HasPrefix(line, c.command) {
					count++
				}
			}
			assert.Equal(t, c.tries, count)
		})
	}
}

func TestAnErrorOfTheStoreIsSaid(t *testing.T) {
	g := New([]config.Notification{{Webhook: &config.Webhook{URL: "http://127.0.0.1:1"}}}, Via{Clock: newClock()})
	err := g.Send(t.Context(), func(context.Context, finding.Severity) (*Digest, error) {
		return nil, errors.New("the database is away")
	})
	require.ErrorContains(t, err, "the database is away")
	assert.False(t, g.Empty())
	assert.True(t, New(nil, Via{}).Empty())
}

// FuzzMessages holds of any names that they stay within their field: a mail has the
// headers that it should have, and chats get JSON without markup of anybody else's.
func FuzzMessages(f *testing.F) {
	f.Add("acme/web", "a\r\nBcc: x@y", "<!channel>")
	f.Add("a|b>", "*x*", "\x00\u202e")
	f.Fuzz(func(t *testing.T, repository, path, secret string) {
		d := sample()
		d.Items[0].Repository, d.Items[0].Path, d.Items[0].Secret = repository, path, secret
		m := &mailer{Email: config.Email{To: []string{"a@example.com"}, From: "b@example.com"}, clock: newClock()}
		text, _, _, err := m.message(d)
		require.NoError(t, err)
		parsed, err := mail.ReadMessage(strings.NewReader(string(text)))
		require.NoError(t, err)
		assert.Len(t, parsed.Header, 9)
		where, ok := slackMessage(d).(map[string]any)["blocks"].([]any)[1].(map[string]any)
		require.True(t, ok)
		text2 := where["text"].(map[string]any)["text"].(string)
		assert.Equal(t, 1, strings.Count(text2, "<"), "our own link alone")
		link, _, _ := strings.Cut(text2, ">")
		assert.Equal(t, 1, strings.Count(link, "|"), "between its two parts alone")
	})
}
