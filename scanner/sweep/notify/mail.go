package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// TLS is how connections to a mail server are encrypted; nil is the usual way.
type TLS = *tls.Config

// mailer sends mail.
type mailer struct {
	config.Email
	password host.Source // nil for none
	clock    host.Clock
	tls      TLS
}

// Name implements [Sender].
func (m *mailer) Name() string { return "email" }

// submissions is the port on which TLS begins with the first byte (RFC 8314, 3.3).
const submissions = "465"

// Send implements [Sender]. A server that does not offer encryption gets nothing, unless
// it is on this machine.
func (m *mailer) Send(ctx context.Context, d *Digest) error {
	name, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return &permanent{err}
	}
	message, from, to, err := m.message(d)
	if err != nil {
		return &permanent{err}
	}
	raw, err := (&net.Dialer{Timeout: sendTime}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }() // again, after QUIT
	if err := raw.SetDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	conn, settings := raw, m.settings(name)
	if port == submissions {
		conn = tls.Client(raw, settings)
	}
	c, err := smtp.NewClient(conn, name)
	if err != nil {
		return err
	}
	if err := m.secure(c, name, port, settings); err != nil {
		return err
	}
	if err := m.identify(ctx, c, name); err != nil {
		return err
	}
	return classify(deliver(c, from, to, message))
}

func (m *mailer) settings(name string) *tls.Config {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.tls != nil {
		settings = m.tls.Clone()
	}
	settings.ServerName = name
	return settings
}

func (m *mailer) secure(c *smtp.Client, name, port string, settings *tls.Config) error {
	if port == submissions {
		return nil
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		return c.StartTLS(settings)
	}
	if host.Loopback(name) {
		return nil
	}
	return &permanent{errors.New("the mail server does not offer encryption")}
}

func (m *mailer) identify(ctx context.Context, c *smtp.Client, name string) error {
	if m.User == "" {
		return nil
	}
	if m.password == nil {
		return &permanent{errors.New("there is a user and no password")}
	}
	_, password, err := m.password.Token(ctx, host.Scope{})
	if err != nil {
		return &permanent{err}
	}
	if err := c.Auth(smtp.PlainAuth("", m.User, password.Reveal(), name)); err != nil {
		return &permanent{errors.New("the mail server refuses the user or the password")} // its own words may repeat either
	}
	return nil
}

func deliver(c *smtp.Client, from string, to []string, message []byte) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, a := range to {
		if err := c.Rcpt(a); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the message is delivered
	return nil
}

// classify tells what a server will refuse again (RFC 5321, 4.2.1) from what it may take
// later.
func classify(err error) error {
	var reply *textproto.Error
	if errors.As(err, &reply) && reply.Code >= 500 {
		return &permanent{fmt.Errorf("the mail server answers %d", reply.Code)}
	}
	return err
}

// message returns the mail with its addresses. Header fields are made of parsed addresses,
// numbers and words of ours alone.
func (m *mailer) message(d *Digest) (text []byte, from string, to []string, err error) {
	sender, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, "", nil, err
	}
	var names []string
	for _, a := range m.To {
		parsed, err := mail.ParseAddress(a)
		if err != nil {
			return nil, "", nil, err
		}
		names, to = append(names, parsed.String()), append(to, parsed.Address)
	}
	_, domain, _ := strings.Cut(sender.Address, "@")
	var b bytes.Buffer
	for _, field := range [][2]string{
		{"From", sender.String()}, {"To", strings.Join(names, ", ")}, {"Subject", mime.QEncoding.Encode("utf-8", "deputy: "+d.Headline())},
		{"Date", m.clock.Now().Format(time.RFC1123Z)}, {"Message-ID", fmt.Sprintf("<sweep-%d-%d@%s>", d.Sweep, d.EndedAt.Unix(), domain)},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", field[0], field[1])
	}
	b.WriteString("\r\n")
	body := quotedprintable.NewWriter(&b)
	_, err = body.Write([]byte(strings.ReplaceAll(plainText(d), "\n", "\r\n")))
	return b.Bytes(), sender.Address, to, errors.Join(err, body.Close())
}

func plainText(d *Digest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n%s.\n", d.Headline(), d.Coverage())
	if d.URL != "" {
		fmt.Fprintf(&b, "\n%s\n", d.URL)
	}
	for _, i := range d.Items {
		fmt.Fprintf(&b, "\n%s\n  %s\n", report.Printable(i.What()), report.Printable(i.Where()))
		if i.URL != "" {
			fmt.Fprintf(&b, "  %s\n", i.URL)
		}
	}
	if more := d.More(); more > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", more)
	}
	return b.String()
}
