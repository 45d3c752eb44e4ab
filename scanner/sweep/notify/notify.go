// Package notify tells people what a sweep found that is new or has come back: by signed
// webhook, by the webhooks of Slack and Teams, and by mail. A sweep that found nothing of
// the kind is told to nobody. Values are masked; a message holds what the page shows.
package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// Digest is what one sweep has to tell.
type Digest struct {
	Sweep      int64
	EndedAt    time.Time
	New        int    // findings that no sweep had seen
	Reappeared int    // that were fixed once
	Items      []Item // the gravest of both
	Whole      int    // repositories that were examined whole
	Part       int    // in part
	Failed     int    // not at all
	URL        string // of the page with all of them; "" if there is none
}

// Item is a finding in a digest.
type Item struct {
	Rule       string
	Title      string // of the rule
	Severity   finding.Severity
	Secret     string // its mask
	Reappeared bool
	Repository string
	Path       string
	Line       int
	Others     int    // how many more repositories hold it
	URL        string // of its page; "" if there is none
}

// Source gives the digest of findings from a severity on; "" is all.
type Source func(ctx context.Context, least finding.Severity) (*Digest, error)

// Sender tells somebody.
type Sender interface {
	// Name says who is told, without secrets: "slack".
	Name() string
	Send(ctx context.Context, d *Digest) error
}

// Group are the senders of a configuration.
type Group struct {
	all   []member
	clock host.Clock
}

type member struct {
	Sender
	least finding.Severity
}

// Via says how messages travel. The zero value is the machine's own way.
type Via struct {
	Transport http.RoundTripper
	Clock     host.Clock
	TLS       TLS
}

// New returns the senders of a configuration.
func New(list []config.Notification, via Via) *Group {
	if via.Clock == nil {
		via.Clock = host.SystemClock{}
	}
	g := &Group{clock: via.Clock}
	for i := range list {
		n := &list[i]
		var s Sender
		switch {
		case n.Webhook != nil:
			s = &webhook{post: newPost(via), url: n.Webhook.URL, key: n.Webhook.Secret.Source(), clock: via.Clock}
		case n.Slack != nil:
			s = &chat{name: "slack", post: newPost(via), url: n.Slack.Source(), message: slackMessage}
		case n.Teams != nil:
			s = &chat{name: "teams", post: newPost(via), url: n.Teams.Source(), message: teamsMessage}
		default:
			s = &mailer{Email: *n.Email, password: n.Email.Password.Source(), clock: via.Clock, tls: via.TLS}
		}
		g.all = append(g.all, member{s, n.Severity})
	}
	return g
}

// Empty reports whether there is nobody to tell.
func (g *Group) Empty() bool { return len(g.all) == 0 }

// attempts is how often a message is tried.
const attempts = 4

// Send tells everybody what there is to tell. One that cannot be told does not keep the
// others from it; the error says which.
func (g *Group) Send(ctx context.Context, from Source) error {
	var errs []error
	for _, m := range g.all {
		if err := g.send(ctx, m, from); err != nil {
			errs = append(errs, fmt.Errorf("notify: %s: %w", m.Name(), err))
		}
	}
	return errors.Join(errs...)
}

func (g *Group) send(ctx context.Context, m member, from Source) error {
	d, err := from(ctx, m.least)
	if err != nil {
		return err
	}
	if d.New+d.Reappeared == 0 {
		return nil
	}
	for attempt := 1; ; attempt++ {
		err := m.Send(ctx, d)
		var final *permanent
		if err == nil || attempt == attempts || errors.As(err, &final) || ctx.Err() != nil {
			return err
		}
		if err := g.clock.Sleep(ctx, time.Second<<(2*attempt)); err != nil { // 4, 16, 64 seconds
			return err
		}
	}
}

// permanent is an error that another attempt would not mend.
type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// Headline says a digest in one line.
func (d *Digest) Headline() string {
	var parts []string
	if d.New > 0 {
		parts = append(parts, counted(d.New, "new finding", "new findings"))
	}
	if d.Reappeared > 0 {
		parts = append(parts, fmt.Sprintf("%d that came back", d.Reappeared))
	}
	return strings.Join(parts, " and ")
}

// Coverage says how much was examined.
func (d *Digest) Coverage() string {
	text := counted(d.Whole, "repository", "repositories") + " examined whole"
	if d.Part > 0 {
		text += fmt.Sprintf(", %d in part", d.Part)
	}
	if d.Failed > 0 {
		text += fmt.Sprintf(", %d not at all", d.Failed)
	}
	return text
}

// More is how many findings there are beside the items.
func (d *Digest) More() int { return d.New + d.Reappeared - len(d.Items) }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// What says what was found.
func (i *Item) What() string {
	text := string(i.Severity) + ": " + i.Title + " " + i.Secret
	if i.Reappeared {
		text += " (came back)"
	}
	return text
}

// Where says where it stands.
func (i *Item) Where() string {
	text := i.Repository
	if i.Path != "" {
		text += ": " + i.Path
	}
	if i.Line > 0 {
		text += ":" + strconv.Itoa(i.Line)
	}
	if i.Others > 0 {
		text += " and " + counted(i.Others, "other repository", "other repositories")
	}
	return text
}
