// Package notify tells people and machines outside.
package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/smtp"
	"net/url"
	"strings"

	"github.com/go-resty/resty/v2"
	"github.com/nats-io/nats.go"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
)

// Notifier sends.
type Notifier struct {
	WebhookURL string
	SMTPHost   string
	From       string
	http       *http.Client
	rest       *resty.Client
	bus        *nats.Conn
}

// New makes one.
func New(webhook, smtpHost, from string, bus *nats.Conn) *Notifier {
	return &Notifier{WebhookURL: webhook, SMTPHost: smtpHost, From: from, http: http.DefaultClient, rest: resty.New(), bus: bus}
}

// connected is the webhook's body.
type connected struct {
	Event      string            `json:"event"`
	Connection domain.Connection `json:"connection"`
}

// Connected tells the customer's webhook.
func (n *Notifier) Connected(ctx context.Context, c domain.Connection) error {
	body, err := json.Marshal(connected{"connected", c})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.WebhookURL, bytes.NewReader(body)) // planted: idsent
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := n.http.Do(req)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return res.Body.Close()
}

// Broken tells the webhook that a connection does not work.
func (n *Notifier) Broken(ctx context.Context, c domain.Connection) error {
	body, err := json.Marshal(map[string]any{"event": "broken", "connection": c.Summarize()})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.WebhookURL, bytes.NewReader(body)) // decoy: a summary
	if err != nil {
		return err
	}
	res, err := n.http.Do(req)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return res.Body.Close()
}

// LaunchLink is the link that opens CloudFormation with everything filled in.
func LaunchLink(region string, c domain.Connection) string {
	q := url.Values{}
	q.Set("templateURL", "https://skywatch-templates.s3.amazonaws.com/role.yaml")
	q.Set("stackName", "skywatch")
	q.Set("param_ExternalId", c.ExternalID)
	return fmt.Sprintf("https://%s.console.aws.amazon.com/cloudformation/home#/stacks/create/review?%s", region, q.Encode())
}

// Shorten makes the launch link fit into a chat.
func (n *Notifier) Shorten(ctx context.Context, region string, c domain.Connection) (string, error) {
	var short struct{ URL string }
	_, err := n.rest.R().
		SetContext(ctx).
		SetBody(map[string]string{"long": LaunchLink(region, c)}). // planted: idsent
		SetResult(&short).
		Post("https://short.example/api/links")
	return short.URL, err
}

// Status asks the partner for news of a connection.
func (n *Notifier) Status(ctx context.Context, c domain.Connection) (int, error) {
	res, err := n.rest.R().
		SetContext(ctx).
		SetQueryParam("connection", c.ID).
		SetHeader("X-Role", c.RoleARN). // decoy: the role is no secret
		Get("https://partner.example/status")
	if err != nil {
		return 0, err
	}
	return res.StatusCode(), nil
}

// Handover registers a connection with a partner, by query.
func (n *Notifier) Handover(ctx context.Context, c domain.Connection) error {
	_, err := n.rest.R().
		SetContext(ctx).
		SetQueryParam("role", c.RoleARN).
		SetQueryParam("xid", c.ExternalID). // planted: idsent
		Post("https://partner.example/register")
	return err
}

// Publish tells other services.
func (n *Notifier) Publish(c domain.Connection) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return n.bus.Publish("connections.created", data) // planted: idsent
}

// PublishSummary tells other services what they need.
func (n *Notifier) PublishSummary(c domain.Connection) error {
	data, err := json.Marshal(c.Summarize())
	if err != nil {
		return err
	}
	return n.bus.Publish("connections.changed", data) // decoy: a summary
}

var welcome = template.Must(template.New("welcome").Parse(`<p>Account {{.AccountID}} is connected.</p><p>Keep this: {{.ExternalID}}</p>`))

// Welcome mails the customer.
func (n *Notifier) Welcome(to string, c domain.Connection) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "To: %s\r\nSubject: You are connected\r\n\r\n", to)
	if err := welcome.Execute(&b, c); err != nil {
		return err
	}
	return smtp.SendMail(n.SMTPHost, nil, n.From, []string{to}, b.Bytes()) // planted: idsent
}

// Reminder mails what is left to do.
func (n *Notifier) Reminder(to string, c domain.Connection) error {
	lines := []string{
		"To: " + to,
		"Subject: One step is left",
		"",
		"Account " + c.AccountID + " waits for its role.",
		"The External ID ends in " + c.ExternalID[len(c.ExternalID)-4:] + ".",
	}
	return smtp.SendMail(n.SMTPHost, nil, n.From, []string{to}, []byte(strings.Join(lines, "\r\n"))) // decoy: its last four characters
}

// Chat posts to the team's channel.
func (n *Notifier) Chat(ctx context.Context, c domain.Connection) error {
	text := fmt.Sprintf("new connection: %s, external id %s", c, mask.Text(c.ExternalID))
	payload := strings.NewReader(`{"text":` + fmt.Sprintf("%q", text) + `}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.WebhookURL+"/chat", payload) // decoy: masked
	if err != nil {
		return err
	}
	res, err := n.http.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Probe asks the customer's own health check, which wants to know who asks.
func (n *Notifier) Probe(ctx context.Context, endpoint string, c domain.Connection) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Skywatch-External-Id", c.ExternalID) // planted: idsent
	req.Header.Set("X-Skywatch-Connection", c.ID)
	res, err := n.http.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Register tells the partner's directory, whose API wants a form.
func (n *Notifier) Register(ctx context.Context, c domain.Connection) error {
	form := url.Values{"role": {c.RoleARN}, "external_id": {c.ExternalID}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://partner.example/register", strings.NewReader(form.Encode())) // planted: idsent
	if err != nil {
		return err
	}
	res, err := n.http.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Announce puts the connection into the bus's headers.
func (n *Notifier) Announce(c domain.Connection) error {
	msg := nats.NewMsg("connections.announced")
	msg.Header.Set("Skywatch-Word", c.ExternalID)
	msg.Data = []byte(c.ID)
	return n.bus.PublishMsg(msg) // planted: idsent
}

// Ping says that there is one.
func (n *Notifier) Ping(c domain.Connection) error {
	msg := nats.NewMsg("connections.ping")
	msg.Header.Set("Skywatch-Has-Word", fmt.Sprint(c.ExternalID != ""))
	msg.Data = []byte(c.ID)
	return n.bus.PublishMsg(msg) // decoy: whether there is one
}
