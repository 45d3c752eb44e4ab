package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// issuer is who gave a value out, and how to ask whether it lives by a question that changes
// nothing.
type issuer struct {
	name, title string
	rule        string
	prefixes    []string // of the values it can be asked about; none: all of the rule
	base        string
	public      string // host of repositories there, for one that people run themselves
	selfHosted  bool
	request     func(base, value string, with companions, now time.Time) (*http.Request, error)
	judge       func(status int, body []byte) State
}

func (i *issuer) knows(rule, value string) bool {
	return i.rule == rule && (len(i.prefixes) == 0 || slices.ContainsFunc(i.prefixes, func(p string) bool { return strings.HasPrefix(value, p) }))
}

// issuers, each with where the question is documented.
var issuers = []issuer{
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission is needed, none is refused.
	{name: "aws", title: "AWS STS", rule: "aws-access-key-id", prefixes: []string{"AKIA", "ASIA"}, base: "https://sts.amazonaws.com", request: callerIdentity, judge: stsSays},
	// https://docs.github.com/rest/rate-limit: costs nothing, every sort of token may.
	{name: "github", title: "GitHub", rule: "github-token", prefixes: []string{"ghp_", "gho_", "ghu_", "ghs_", "github_pat_"}, base: "https://api.github.com", public: "github.com", selfHosted: true, request: bearer("/rate_limit"), judge: byStatus(http.StatusUnauthorized)},
	// https://docs.gitlab.com/api/personal_access_tokens/: other sorts of tokens may not ask.
	{name: "gitlab", title: "GitLab", rule: "gitlab-token", prefixes: []string{"glpat-"}, base: "https://gitlab.com", public: "gitlab.com", selfHosted: true, request: header("/api/v4/personal_access_tokens/self", "PRIVATE-TOKEN"), judge: byStatus(http.StatusUnauthorized, http.StatusForbidden)},
	// https://api.slack.com/methods/auth.test
	{name: "slack", title: "Slack", rule: "slack-token", prefixes: []string{"xoxb-", "xoxp-", "xoxa-"}, base: "https://slack.com", request: post("/api/auth.test"), judge: slackSays},
	// https://developers.google.com/identity/sign-in/web/backend-auth: the token is in the body.
	{name: "gcp", title: "Google", rule: "gcp-oauth-access-token", base: "https://oauth2.googleapis.com", request: tokenInfo, judge: byStatus(http.StatusBadRequest)},
	// https://docs.npmjs.com/cli/commands/npm-whoami
	{name: "npm", title: "npm", rule: "npm-token", prefixes: []string{"npm_"}, base: "https://registry.npmjs.org", request: bearer("/-/whoami"), judge: byStatus(http.StatusUnauthorized)},
	// https://docs.stripe.com/api/balance: a restricted key that may not is told so by 403.
	{name: "stripe", title: "Stripe", rule: "stripe-key", prefixes: []string{"sk_", "rk_"}, base: "https://api.stripe.com", request: bearer("/v1/balance"), judge: byStatus(http.StatusUnauthorized, http.StatusForbidden)},
	// https://platform.openai.com/docs/api-reference/models
	{name: "openai", title: "OpenAI", rule: "openai-key", base: "https://api.openai.com", request: bearer("/v1/models"), judge: byStatus(http.StatusUnauthorized, http.StatusForbidden)},
	// https://docs.anthropic.com/en/api/models-list
	{name: "anthropic", title: "Anthropic", rule: "anthropic-key", prefixes: []string{"sk-ant-api"}, base: "https://api.anthropic.com", request: header("/v1/models", "X-Api-Key", "Anthropic-Version", "2023-06-01"), judge: byStatus(http.StatusUnauthorized)},
	// https://huggingface.co/docs/hub/api
	{name: "huggingface", title: "Hugging Face", rule: "huggingface-token", prefixes: []string{"hf_"}, base: "https://huggingface.co", request: bearer("/api/whoami-v2"), judge: byStatus(http.StatusUnauthorized)},
	// https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions
	{name: "sendgrid", title: "SendGrid", rule: "sendgrid-key", prefixes: []string{"SG."}, base: "https://api.sendgrid.com", request: bearer("/v3/scopes"), judge: byStatus(http.StatusUnauthorized)},
	// https://docs.digitalocean.com/reference/api/reference/account/
	{name: "digitalocean", title: "DigitalOcean", rule: "digitalocean-token", prefixes: []string{"dop_v1_"}, base: "https://api.digitalocean.com", request: bearer("/v2/account"), judge: byStatus(http.StatusUnauthorized, http.StatusForbidden)},
}

type request = func(base, value string, with companions, now time.Time) (*http.Request, error)

var errForm = errors.New("it cannot be sent as it is written")

// header asks with the value in a header, and further headers as they are.
func header(path, name string, more ...string) request {
	return func(base, value string, _ companions, _ time.Time) (*http.Request, error) {
		return build(http.MethodGet, base+path, nil, append([]string{name, value}, more...)...)
	}
}

func bearer(path string) request {
	return func(base, value string, _ companions, _ time.Time) (*http.Request, error) {
		return build(http.MethodGet, base+path, nil, "Authorization", "Bearer "+value)
	}
}

func post(path string) request {
	return func(base, value string, _ companions, _ time.Time) (*http.Request, error) {
		return build(http.MethodPost, base+path, nil, "Authorization", "Bearer "+value)
	}
}

func tokenInfo(base, value string, _ companions, _ time.Time) (*http.Request, error) {
	return build(http.MethodPost, base+"/tokeninfo", []byte(url.Values{"access_token": {value}}.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// build makes a request. Its errors quote nothing.
func build(method, address string, body []byte, headers ...string) (*http.Request, error) {
	req, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return nil, errForm
	}
	for i := 0; i < len(headers); i += 2 {
		if strings.ContainsFunc(headers[i+1], func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, errForm
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	return req, nil
}

// byStatus judges by the status: 200 is yes, dead is no, and limited is yes as well, for a value
// that is known and may not ask. Nothing else says anything, a redirect or 429 least of all.
func byStatus(dead int, limited ...int) func(int, []byte) State {
	return func(status int, _ []byte) State {
		switch {
		case status == http.StatusOK, slices.Contains(limited, status):
			return Alive
		case status == dead:
			return Dead
		}
		return Unknown
	}
}

// slackSays reads an answer of Slack's, whose status is always 200.
func slackSays(status int, body []byte) State {
	var answer struct {
		OK    *bool
		Error string
	}
	if status != http.StatusOK || json.Unmarshal(body, &answer) != nil || answer.OK == nil {
		return Unknown
	}
	switch {
	case *answer.OK:
		return Alive
	case slices.Contains([]string{"invalid_auth", "account_inactive", "token_revoked", "token_expired"}, answer.Error):
		return Dead
	}
	return Unknown
}
