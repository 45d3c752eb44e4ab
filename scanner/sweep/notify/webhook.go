package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// sendTime bounds one attempt at a message.
const sendTime = 30 * time.Second

// post sends JSON to a URL.
type post struct{ client *http.Client }

func newPost(via Via) post {
	return post{&http.Client{
		Transport: via.Transport, Timeout: sendTime,
		// What names repositories and people goes where it was meant to and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send posts a body. Errors do not hold the URL, which may be a secret.
func (p post) send(ctx context.Context, target string, header http.Header, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return &permanent{errors.New("its URL is none")}
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "deputy/"+buildinfo.Version())
	res, err := p.client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode/100 == 5:
		return fmt.Errorf("the answer is %d", res.StatusCode)
	}
	return &permanent{fmt.Errorf("the answer is %d", res.StatusCode)}
}

// webhook posts the digest as JSON.
type webhook struct {
	post  post
	url   string
	key   host.Source // nil for none
	clock host.Clock
}

// Name implements [Sender].
func (w *webhook) Name() string { return "webhook" }

// payload is the digest in JSON. Field names are stable.
type payload struct {
	Version    int           `json:"version"`
	Event      string        `json:"event"`
	Sweep      int64         `json:"sweep"`
	EndedAt    time.Time     `json:"ended_at"`
	New        int           `json:"new"`
	Reappeared int           `json:"reappeared"`
	Whole      int           `json:"repositories_whole"`
	Part       int           `json:"repositories_part"`
	Failed     int           `json:"repositories_failed"`
	URL        string        `json:"url,omitempty"`
	Findings   []payloadItem `json:"findings"` // the gravest
}

type payloadItem struct {
	Rule       string           `json:"rule"`
	Severity   finding.Severity `json:"severity"`
	Secret     string           `json:"secret"` // masked
	Reappeared bool             `json:"reappeared"`
	Repository string           `json:"repository"`
	Path       string           `json:"path,omitempty"`
	Line       int              `json:"line,omitempty"`
	Others     int              `json:"other_repositories"`
	URL        string           `json:"url,omitempty"`
}

// Send implements [Sender].
func (w *webhook) Send(ctx context.Context, d *Digest) error {
	p := payload{
		Version: 1, Event: "sweep", Sweep: d.Sweep, EndedAt: d.EndedAt, New: d.New, Reappeared: d.Reappeared,
		Whole: d.Whole, Part: d.Part, Failed: d.Failed, URL: d.URL, Findings: []payloadItem{},
	}
	for _, i := range d.Items {
		p.Findings = append(p.Findings, payloadItem{i.Rule, i.Severity, i.Secret, i.Reappeared, i.Repository, i.Path, i.Line, i.Others, i.URL})
	}
	body, err := json.Marshal(p)
	if err != nil {
		return &permanent{err}
	}
	header := http.Header{"Deputy-Delivery": {"sweep-" + strconv.FormatInt(d.Sweep, 10)}}
	if w.key != nil {
		_, key, err := w.key.Token(ctx, host.Scope{})
		if err != nil {
			return &permanent{err}
		}
		header.Set("Deputy-Signature", Sign(key.Reveal(), w.clock.Now(), body))
	}
	return w.post.send(ctx, w.url, header, body)
}

// Sign returns the signature of a message that is sent at some time:
// "t=SECONDS,v1=HEX", where HEX is HMAC-SHA-256 over the seconds, a full stop and the
// body. The time is signed so that a message cannot be sent again much later.
func Sign(key string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(mac, seconds+".")
	_, _ = mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
