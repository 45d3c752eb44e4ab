package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// chat posts to a chat's webhook, whose URL is its secret.
type chat struct {
	name    string
	post    post
	url     host.Source
	message func(*Digest) any
}

// Name implements [Sender].
func (c *chat) Name() string { return c.name }

// Send implements [Sender].
func (c *chat) Send(ctx context.Context, d *Digest) error {
	_, target, err := c.url.Token(ctx, host.Scope{})
	if err != nil {
		return &permanent{err}
	}
	if err := config.CheckWebhook(target.Reveal()); err != nil {
		return &permanent{fmt.Errorf("%s: %w", c.url.Name(), err)}
	}
	body, err := json.Marshal(c.message(d))
	if err != nil {
		return &permanent{err}
	}
	return c.post.send(ctx, target.Reveal(), nil, body)
}

// maxField is how much of a text a chat message shows, in runes: Slack takes 3,000 bytes
// a section, Teams 28 kB a message.
const maxField = 300

func cut(text string) string {
	runes := []rune(report.Printable(text))
	if len(runes) > maxField {
		return string(runes[:maxField-1]) + "…"
	}
	return string(runes)
}

// slackEscape are the characters that begin something in Slack's text
// (https://docs.slack.dev/messaging/formatting-message-text/#escaping). What is left
// could only be bold or struck out.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slackText(text string) string { return slackEscape.Replace(cut(text)) }

func slackLink(url, text string) string {
	if url == "" {
		return slackText(text)
	}
	return "<" + slackEscape.Replace(url) + "|" + strings.ReplaceAll(slackText(text), "|", "¦") + ">"
}

// maxChatItems is how many findings a chat message lists: Slack takes 50 blocks.
const maxChatItems = 20

var marks = map[finding.Severity]string{finding.Critical: "🔴", finding.High: "🟠", finding.Medium: "🟡", finding.Low: "🔵"}

// slackMessage is a message of blocks (https://docs.slack.dev/reference/block-kit/blocks/),
// and a text for where those are not shown.
func slackMessage(d *Digest) any {
	section := func(text string) map[string]any {
		return map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": text}}
	}
	blocks := []any{section("*" + slackLink(d.URL, "deputy: "+d.Headline()) + "*")}
	shown := d.Items[:min(len(d.Items), maxChatItems)]
	for _, i := range shown {
		blocks = append(blocks, section(marks[i.Severity]+" "+slackLink(i.URL, i.What())+"\n"+slackText(i.Where())))
	}
	blocks = append(blocks, map[string]any{"type": "context", "elements": []any{map[string]any{"type": "mrkdwn", "text": slackText(footer(d, len(shown)))}}})
	return map[string]any{"text": slackText("deputy: " + d.Headline()), "blocks": blocks}
}

func footer(d *Digest, shown int) string {
	text := d.Coverage()
	if more := d.New + d.Reappeared - shown; more > 0 {
		text = fmt.Sprintf("%d more; %s", more, text)
	}
	return text
}

// teamsEscape are the characters that mean something in a card's text
// (https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features).
var teamsEscape = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "(", `\(`, ")", `\)`, "`", "\\`", "#", `\#`, "~", `\~`, "{", `\{`, "}", `\}`, "<", "&lt;", "&", "&amp;")

func teamsText(text string) string { return teamsEscape.Replace(cut(text)) }

// teamsMessage is an adaptive card, as workflows take it
// (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
func teamsMessage(d *Digest) any {
	text := func(content string, more map[string]any) map[string]any {
		block := map[string]any{"type": "TextBlock", "text": content, "wrap": true}
		for k, v := range more {
			block[k] = v
		}
		return block
	}
	body := []any{text(teamsText("deputy: "+d.Headline()), map[string]any{"weight": "Bolder", "size": "Medium"})}
	shown := d.Items[:min(len(d.Items), maxChatItems)]
	for _, i := range shown {
		body = append(body, text(marks[i.Severity]+" "+teamsText(i.What()), map[string]any{"spacing": "Medium"}), text(teamsText(i.Where()), map[string]any{"isSubtle": true, "spacing": "None"}))
	}
	body = append(body, text(teamsText(footer(d, len(shown))), map[string]any{"isSubtle": true}))
	card := map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body}
	if d.URL != "" {
		card["actions"] = []any{map[string]any{"type": "Action.OpenUrl", "title": "Open", "url": d.URL}}
	}
	return map[string]any{"type": "message", "attachments": []any{map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}
