package token

import (
	"encoding/base64"
	"strconv"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

var chats = []provider{
	{
		id: "slack-token", title: "Slack token", severity: finding.High,
		gains:  "Reads channels and files and posts messages in the workspace with the rights of the app or user.",
		revoke: "Revoke it in the app's OAuth settings (or with auth.revoke) and read the workspace's access logs.",
		source: "https://docs.slack.dev/authentication/tokens",
		forms: []form{
			tok("xoxb-", `[0-9]{9,14}-(?:[0-9]{9,14}-)?`+alnum+`{18,34}`, "Slack bot token"),
			tok("xoxp-", `(?:[0-9]{9,14}-){2,3}(?:[0-9a-f]{32}|`+alnum+`{24,34}|[0-9a-f]{10})`, "Slack user token").graded(finding.Critical),
			tok("xoxa-", `(?:2-)?(?:[0-9]{9,14}-){2,3}[0-9a-f]{32}`, "Slack workspace token"),
			tok("xoxr-", `(?:2-)?(?:[0-9]{9,14}-){2,3}[0-9a-f]{32}`, "Slack workspace refresh token"),
			tok("xoxs-", `(?:[0-9]{9,14}-){2,3}[0-9a-f]{10,64}`, "Slack session token").graded(finding.Critical),
			tok("xoxc-", `(?:[0-9]{9,14}-){3}[0-9a-f]{64}`, "Slack client token").graded(finding.Critical),
			tok("xapp-", `[0-9]-A[0-9A-Z]{8,12}-[0-9]{9,14}-[0-9a-f]{64}`, "Slack app-level token"),
			tok("xoxe.xox", `[bp]-1-[0-9A-Za-z]{150,180}`, "Slack rotating token"),
			tok("xoxe-", `1-[0-9A-Za-z]{140,160}`, "Slack refresh token"),
			tok("xoxe-", `(?:[0-9]{10,14}-){3}[0-9a-f]{32}`, "Slack export token"),
		},
		keyed: []keyed{{names: []string{"slack"}, purpose: []string{"token"}, value: alnum + `{24}`, mixed: true, what: "Slack token of an integration"}},
	},
	{
		id: "slack-webhook", title: "Slack webhook", severity: finding.Medium,
		gains:  "Posts messages into a channel in the name of the app: a believable place for phishing links.",
		revoke: "Remove the webhook in the app's settings and make a new one.",
		source: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
		forms: []form{
			tok("hooks.slack.com", slash+`services`+slash+`T[0-9A-Z]{8,12}`+slash+`B[0-9A-Z]{8,12}`+slash+alnum+`{24}`, "Slack webhook"),
			tok("hooks.slack.com", slash+`(?:workflows|triggers)`+slash+`[TE][0-9A-Z]{8,12}`+slash+`(?:A[0-9A-Z]{8,12}`+slash+`)?[0-9]{12,20}`+slash+alnum+`{16,40}`, "Slack workflow webhook"),
		},
	},
	{
		id: "teams-webhook", title: "Microsoft Teams webhook", severity: finding.Medium,
		gains:  "Posts messages into a channel: a believable place for phishing links.",
		revoke: "Remove the connector or workflow in Teams and make a new one.",
		source: "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
		forms: []form{
			led(example.Lower+example.Digits+"-", 2, 60, slash+`webhookb2`+slash+uuid+`@`+uuid+slash+`IncomingWebhook`+slash+lowhex+`{32}`+slash+uuid, "Microsoft Teams webhook", ".webhook.office.com"),
		},
	},
	{
		id: "discord-token", title: "Discord bot token", severity: finding.High,
		gains:  "Acts as the bot in every server that it is a member of.",
		revoke: "Reset it in the Discord developer portal under Bot.",
		source: "https://discord.com/developers/docs/reference#authentication",
		forms: []form{
			anyOf(discordStarts(), `[0-9A-Za-z]{19,24}\.`+wordish+`{6}\.`+wordish+`{27,38}`, "Discord bot token").checked(discordID),
		},
	},
	{
		id: "discord-webhook", title: "Discord webhook", severity: finding.Medium,
		gains:  "Posts messages into a channel, or deletes the webhook.",
		revoke: "Delete the webhook in the channel's settings under Integrations.",
		source: "https://discord.com/developers/docs/resources/webhook",
		forms: []form{
			tok("discord.com", slash+`api`+slash+`(?:v[0-9]{1,2}`+slash+`)?webhooks`+slash+`[0-9]{17,20}`+slash+wordish+`{60,72}`, "Discord webhook"),
			tok("discordapp.com", slash+`api`+slash+`(?:v[0-9]{1,2}`+slash+`)?webhooks`+slash+`[0-9]{17,20}`+slash+wordish+`{60,72}`, "Discord webhook of the older host"),
		},
	},
	{
		id: "telegram-token", title: "Telegram bot token", severity: finding.High,
		gains:  "Reads what is sent to the bot and writes in its name.",
		revoke: "Revoke it by sending /revoke to BotFather.",
		source: "https://core.telegram.org/bots/api#authorizing-your-bot",
		forms: []form{
			led(example.Digits, 8, 10, wordish+`{32}`, "Telegram bot token", followed(":AA", "EFGH")...),
		},
	},
	{
		id: "twilio-token", title: "Twilio credential", severity: finding.High,
		gains:  "Sends messages and makes calls on the account's bill and reads those that were sent.",
		revoke: "Rotate the auth token, or delete the API key, in the Twilio console.",
		source: "https://www.twilio.com/docs/iam/api-keys",
		keyed: []keyed{
			{names: []string{"twilio"}, purpose: []string{"token", "secret", "auth"}, value: lowhex + `{32}|` + alnum + `{32}`, what: "Twilio auth token or API secret"},
			{names: []string{"auth_token", "authtoken", "auth-token"}, purpose: []string{"authtoken"}, value: lowhex + `{32}`, near: []string{"twilio"}, what: "Twilio auth token"},
		},
	},
	{
		id: "sendgrid-key", title: "SendGrid API key", severity: finding.High,
		gains:  "Sends mail in the name of the account's domains, which passes their SPF and DKIM.",
		revoke: "Delete it in SendGrid under Settings, API keys.",
		source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
		forms:  []form{tok("SG.", wordish+`{20,24}\.`+wordish+`{39,50}`, "SendGrid API key")},
	},
	{
		id: "mail-key", title: "Key of a mail provider", severity: finding.High,
		gains:  "Sends mail in the name of the account's domains and reads its lists of recipients.",
		revoke: "Delete it in the provider's settings under API keys.",
		source: "https://mailchimp.com/developer/marketing/docs/fundamentals/#api-keys",
		forms: []form{
			led(example.Hex, 32, 32, `[0-9]?`, "Mailchimp API key", followed("-us", "123456789")...),
			tok("key-", lowhex+`{32}`, "Mailgun API key").nearby("mailgun", "mg_"),
			tok("xkeysib-", lowhex+`{64}-`+alnum+`{16}`, "Brevo API key"),
			tok("xsmtpsib-", lowhex+`{64}-`+alnum+`{16}`, "Brevo SMTP key"),
		},
		keyed: []keyed{
			{names: []string{"mailgun"}, purpose: []string{"key", "token"}, value: lowhex + `{32}-` + lowhex + `{8}-` + lowhex + `{8}`, what: "Mailgun API key of the newer form"},
			{names: []string{"resend"}, purpose: []string{"key", "token"}, value: `re_` + alnum + `{8}_` + alnum + `{24}`, same: 3, what: "Resend API key"},
			{names: []string{"postmark"}, purpose: []string{"token", "apikey"}, value: uuid, what: "Postmark server token"},
		},
	},
}

// discordStarts are the first four characters of a Discord bot token: the base64
// of the first three digits of a user's number.
func discordStarts() []string {
	var starts []string
	for n := 100; n <= 999; n++ {
		starts = append(starts, base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(n))))
	}
	return starts
}

// followed is a literal with each of the characters that may follow it: longer
// literals are cheaper to look for.
func followed(literal, by string) []string {
	var literals []string
	for _, c := range by {
		literals = append(literals, literal+string(c))
	}
	return literals
}

var payments = []provider{
	{
		id: "stripe-key", title: "Stripe key", severity: finding.Critical,
		gains:  "Moves money and reads customers' data of the Stripe account.",
		revoke: "Roll it in the Stripe dashboard under Developers, API keys, and read the request log.",
		source: "https://docs.stripe.com/keys",
		forms: []form{
			tok("sk_live_", alnum+`{24,34}|`+alnum+`{60,247}`, "Stripe secret key").checked(notHex),
			tok("rk_live_", alnum+`{24,34}|`+alnum+`{60,247}`, "Stripe restricted key"),
			tok("sk_test_", alnum+`{24,34}|`+alnum+`{60,247}`, "Stripe test mode secret key").checked(notHex).graded(finding.Low),
			tok("rk_test_", alnum+`{24,34}|`+alnum+`{60,247}`, "Stripe test mode restricted key").graded(finding.Low),
			tok("whsec_", alnum+`{32}|`+alnum+`{64}`, "webhook signing secret").checked(mixedKey).graded(finding.Medium),
		},
		nearMisses: []finding.Example{{Name: "webhook-of-another-product", Text: "whsec_‹hex:32›\n"}},
	},
	{
		id: "payment-key", title: "Key of a payment provider", severity: finding.Critical,
		gains:  "Moves money or reads the payments and customers of the account.",
		revoke: "Roll it in the provider's dashboard under API keys.",
		source: "https://paystack.com/docs/api/authentication/",
		forms: []form{
			tok("sk_live_", lowhex+`{40}`, "Paystack secret key"),
			tok("sk_live_", alnum+`{42,50}`, "Clerk secret key"),
			tok("rzp_live_", alnum+`{14}`, "Razorpay key ID").graded(finding.Medium),
			tok("FLWSECK-", lowhex+`{32}-X`, "Flutterwave secret key"),
			tok("access-production-", uuid, "Plaid access token"),
			tok("access-development-", uuid, "Plaid development access token").graded(finding.Medium),
			tok("live_", alnum+`{35,64}`, "GoCardless or Lob live key").nearby("gocardless", "lob_", "lob."),
			tok("EZAK", alnum+`{54}`, "EasyPost API key"),
			tok("shippo_live_", lowhex+`{40}`, "Shippo API key"),
			tok("duffel_live_", wordish+`{43}`, "Duffel access token"),
			tok("PRIVATE-", alnum+`{40}`, "Mercado Pago key").nearby("mercadopago", "mercado"),
		},
	},
	{
		id: "square-token", title: "Square token", severity: finding.Critical,
		gains:  "Takes payments and reads customers and orders of the seller.",
		revoke: "Replace it in the Square developer console.",
		source: "https://developer.squareup.com/docs/build-basics/access-tokens",
		forms: []form{
			tok("sq0atp-", wordish+`{22}`, "Square access token"),
			tok("sq0csp-", wordish+`{43}`, "Square OAuth secret"),
			tok("EAAA", wordish+`{60}`, "Square access token of the newer form").nearby("square"),
		},
	},
	{
		id: "shopify-token", title: "Shopify token", severity: finding.Critical,
		gains:  "Reads and changes orders, customers and products of the shop.",
		revoke: "Uninstall the app or rotate its credentials in the Shopify admin or partner dashboard.",
		source: "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
		forms: []form{
			tok("shpat_", anyhex+`{32}`, "Shopify access token"),
			tok("shpca_", anyhex+`{32}`, "Shopify custom app token"),
			tok("shppa_", anyhex+`{32}`, "Shopify private app password"),
			tok("shpss_", anyhex+`{32}`, "Shopify app secret"),
		},
	},
}

var observers = []provider{
	{
		id: "datadog-key", title: "Datadog key", severity: finding.High,
		gains:  "An application key reads metrics, logs and monitors; an API key writes them.",
		revoke: "Revoke it in Datadog under Organization settings, API keys or Application keys.",
		source: "https://docs.datadoghq.com/account_management/api-app-keys/",
		forms:  []form{tok("ddapp_", alnum+`{34}`, "Datadog application key"), tok("ddpat_", alnum+`{22}_`+alnum+`{32,40}`, "Datadog personal access token")},
		keyed: []keyed{
			{names: []string{"datadog", "dd_api", "ddapikey"}, purpose: []string{"apikey"}, value: lowhex + `{32}`, what: "Datadog API key"},
			{names: []string{"datadog", "dd_app", "ddappkey"}, purpose: []string{"appkey", "applicationkey"}, value: lowhex + `{40}`, what: "Datadog application key of the older form"},
		},
	},
	{
		id: "grafana-token", title: "Grafana token", severity: finding.High,
		gains:  "Reads dashboards and queries the data sources behind them, or writes to the Grafana Cloud stack.",
		revoke: "Delete it in Grafana under Service accounts, or in Grafana Cloud under Access policies.",
		source: "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
		forms: []form{
			tok("glsa_", alnum+`{32}_`+anyhex+`{8}`, "Grafana service account token").checked(crcGrafana),
			tok("glc_eyJ", base64s+`{60,}={0,2}`, "Grafana Cloud access policy token").checked(object("grafana-cloud", "glc_", "", "o", "n", "k")),
			tok("eyJrIjoi", base64s+`{60,}={0,2}`, "Grafana API key").checked(object("grafana-key", "", "", "k", "n", "id")),
		},
	},
	{
		id: "crowdstrike-key", title: "CrowdStrike Falcon API client secret", severity: finding.Critical,
		gains:  "Reads detections and hosts, and runs commands on them, as far as the API client's scopes go.",
		revoke: "Reset the client's secret in Falcon under API clients and keys.",
		source: "https://falcon.crowdstrike.com/documentation/page/a2a7fc0e/crowdstrike-oauth2-based-apis",
		keyed:  []keyed{{names: []string{"falcon", "crowdstrike"}, purpose: []string{"secret"}, value: alnum + `{40}`, mixed: true, what: "CrowdStrike API client secret"}},
	},
	{
		id: "auth0-secret", title: "Auth0 client secret", severity: finding.High,
		gains:  "Asks for tokens as the application; with the management API's client, for all users' data.",
		revoke: "Rotate it in Auth0 under Applications, Settings.",
		source: "https://auth0.com/docs/get-started/applications/rotate-client-secret",
		keyed:  []keyed{{names: []string{"auth0"}, purpose: []string{"secret"}, value: wordish + `{64}`, mixed: true, what: "Auth0 client secret"}},
	},
	{
		id: "newrelic-key", title: "New Relic key", severity: finding.Medium,
		gains:  "A user key queries the account's data and changes its settings; a licence key writes data.",
		revoke: "Delete it in New Relic under API keys.",
		source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
		forms: []form{
			tok("NRAK-", `[0-9A-Z]{27}`, "New Relic user key").graded(finding.High),
			tok("NRAA-", lowhex+`{27}`, "New Relic admin key").graded(finding.High),
			tok("NRII-", wordish+`{32}`, "New Relic insert key"),
			tok("NRIQ-", wordish+`{32}`, "New Relic query key"),
			led(example.Hex+"uxF", 36, 36, ``, "New Relic licence key", "NRAL"),
			tok("NRRA-", lowhex+`{42}`, "New Relic REST key").graded(finding.High),
		},
	},
	{
		id: "sentry-token", title: "Sentry token", severity: finding.Medium,
		gains:  "Reads issues (with what users' programs sent) and changes projects of the organisation.",
		revoke: "Revoke it in Sentry under Auth tokens.",
		source: "https://docs.sentry.io/account/auth-tokens/",
		forms: []form{
			tok("sntryu_", lowhex+`{64}`, "Sentry user token"),
			tok("sntrys_eyJ", base64s+`{60,}={0,2}_`+base64s+`{43}`, "Sentry organisation token").checked(object("sentry", "sntrys_", "_", "iat")),
		},
	},
	{
		id: "dynatrace-token", title: "Dynatrace token", severity: finding.High,
		gains:  "Reads or writes monitoring data and settings of the environment.",
		revoke: "Delete it in Dynatrace under Access tokens.",
		source: "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
		forms:  []form{anyOf([]string{"dt0c01.", "dt0s01.", "dt0s02.", "dt0s16."}, `[0-9A-Z]{8,24}\.[0-9A-Z]{64}`, "Dynatrace token")},
	},
	{
		id: "monitoring-key", title: "Key of a monitoring or analytics service", severity: finding.Medium,
		gains:  "Reads the service's data or writes false data into it.",
		revoke: "Delete it in the service's settings under API keys.",
		source: "https://posthog.com/docs/api",
		forms: []form{
			tok("phx_", alnum+`{40,50}`, "PostHog personal API key"),
			tok("hcaik_", alnum+`{58}`, "Honeycomb ingest key"),
			tok("hcamk_", alnum+`{58}`, "Honeycomb management key"),
		},
		keyed: []keyed{
			{names: []string{"checkly"}, purpose: []string{"apikey"}, value: `cu_` + lowhex + `{32}`, same: 3, what: "Checkly API key"},
			{names: []string{"opsgenie"}, purpose: []string{"apikey", "key"}, value: uuid, what: "Opsgenie API key"},
			{names: []string{"pagerduty"}, purpose: []string{"apikey", "token", "integrationkey", "routingkey", "servicekey"}, value: lowhex + `{32}|[0-9A-Za-z_+-]{20}`, what: "PagerDuty key"},
			{names: []string{"splunk", "hec_"}, purpose: []string{"token"}, value: uuid, what: "Splunk HTTP event collector token"},
			{names: []string{"honeycomb", "rollbar"}, purpose: []string{"apikey", "writekey", "token", "honeycombteam"}, value: lowhex + `{32}`, what: "write key"},
		},
	},
}

var services = []provider{
	{
		id: "rails-secret", title: "Secret key of a Rails application", severity: finding.High, homemade: true,
		gains:  "Signs and opens the application's cookies and sessions: whoever has it signs in as anybody, and in older versions runs code.",
		revoke: "Make another one (bin/rails secret), which signs everybody out, and keep it in the credentials file or the environment.",
		source: "https://guides.rubyonrails.org/security.html#environmental-security",
		keyed: []keyed{{
			names: []string{"secret_key", "secret_token", "pepper"}, purpose: []string{"secretkey", "secrettoken", "pepper"},
			value: lowhex + `{128}`, what: "secret of a Rails application, 64 bytes",
		}},
	},
	{
		id: "okta-token", title: "Okta API token", severity: finding.Critical,
		gains:  "Reads and changes users, groups and applications with the rights of the administrator who made it.",
		revoke: "Revoke it in the Okta admin console under Security, API, Tokens, and read the system log.",
		source: "https://developer.okta.com/docs/guides/create-an-api-token/main/",
		keyed:  []keyed{{names: []string{"okta", "ssws"}, purpose: []string{"token", "apikey", "ssws"}, value: `00[0-9A-Za-z_-]{40}`, what: "Okta API token"}},
	},
	{
		id: "linear-token", title: "Linear API key", severity: finding.Medium,
		gains: "Reads and changes the issues of the workspace.", revoke: "Revoke it in Linear under Settings, Security and access.",
		source: "https://linear.app/developers/graphql#personal-api-keys",
		forms: []form{
			tok("lin_api_", alnum+`{40}`, "Linear API key"),
			tok("lin_oauth_", lowhex+`{64}`, "Linear OAuth token"),
		},
	},
	{
		id: "notion-token", title: "Notion integration token", severity: finding.Medium,
		gains: "Reads and changes the pages that were shared with the integration.", revoke: "Refresh the secret in Notion under My integrations.",
		source: "https://developers.notion.com/docs/authorization",
		forms: []form{
			tok("ntn_", `[0-9]{11}`+alnum+`{35}`, "Notion integration token"),
			tok("nrt_", alnum+`{46}`, "Notion refresh token"),
			tok("secret_", alnum+`{43}`, "Notion integration token of the older form").nearby("notion"),
		},
	},
	{
		id: "figma-token", title: "Figma access token", severity: finding.Medium,
		gains: "Reads the files that its owner can see.", revoke: "Revoke it in Figma under Settings, Security.",
		source: "https://developers.figma.com/docs/rest-api/authentication/",
		forms:  []form{tok("figd_", wordish+`{40}`, "Figma personal access token"), tok("figo_", wordish+`{40}`, "Figma OAuth token")},
	},
	{
		id: "postman-token", title: "Postman API key", severity: finding.High,
		gains:  "Reads collections and environments, which often hold further credentials.",
		revoke: "Revoke it in Postman under Settings, API keys.",
		source: "https://learning.postman.com/docs/developer/postman-api/authentication/",
		forms:  []form{tok("PMAK-", lowhex+`{24}-`+lowhex+`{34}`, "Postman API key")},
	},
	{
		id: "airtable-token", title: "Airtable access token", severity: finding.High,
		gains: "Reads and changes the bases it was made for.", revoke: "Delete it at airtable.com/create/tokens.",
		source: "https://airtable.com/developers/web/guides/personal-access-tokens",
		keyed:  []keyed{{names: []string{"airtable"}, purpose: []string{"token", "key", "pat"}, value: `pat` + alnum + `{14}\.` + lowhex + `{64}`, same: 3, marked: true, what: "Airtable personal access token"}},
	},
	{
		id: "asana-token", title: "Asana access token", severity: finding.Medium,
		gains: "Reads and changes tasks with the rights of its owner.", revoke: "Deauthorize it in the Asana developer console.",
		source: "https://developers.asana.com/docs/personal-access-token",
		keyed:  []keyed{{names: []string{"asana"}, purpose: []string{"token", "pat", "secret"}, value: `[012]/[0-9]{15,17}(?:/[0-9]{15,17})?:[0-9a-f]{32}`, marked: true, what: "Asana personal access token"}},
	},
	{
		id: "facebook-token", title: "Facebook or Instagram token", severity: finding.High,
		gains:  "Acts for the user or page that it was made for.",
		revoke: "Invalidate it in the Meta access token tool, or reset the app secret.",
		source: "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
		forms:  []form{anyOf(followed("EAA", example.Upper), `[0-9A-Za-z]{100,}`, "Facebook access token")},
		keyed: []keyed{
			{names: []string{"facebook", "fb_app", "fb_client"}, purpose: []string{"secret"}, value: lowhex + `{32}`, what: "Facebook app secret"},
			{names: []string{"app_secret", "appsecret", "client_secret", "clientsecret"}, value: lowhex + `{32}`, near: []string{"facebook"}, what: "Facebook app secret beside its name"},
		},
	},
	{
		id: "social-secret", title: "Secret of a social network's app", severity: finding.Medium,
		gains:  "Acts as the app, or as the user who authorised it.",
		revoke: "Regenerate it in the network's developer console.",
		source: "https://docs.x.com/resources/fundamentals/authentication/overview",
		keyed: []keyed{
			{names: []string{"twitter"}, purpose: []string{"consumersecret", "apisecret", "apikeysecret", "appsecret"}, value: alnum + `{50}`, what: "X consumer secret"},
			{names: []string{"twitter"}, purpose: []string{"accesssecret", "tokensecret"}, value: alnum + `{45}`, what: "X access token secret"},
			{names: []string{"twitter"}, purpose: []string{"bearer"}, value: `A{22}[0-9A-Za-z%]{60,100}`, same: 22, what: "X bearer token"},
			{names: []string{"linkedin"}, purpose: []string{"secret"}, value: alnum + `{16}|WPL_AP[01]\.[0-9A-Za-z]+\.[0-9A-Za-z=+/]+`, what: "LinkedIn client secret"},
			{names: []string{"discord"}, purpose: []string{"clientsecret"}, value: wordish + `{32}`, what: "Discord client secret"},
			{names: []string{"spotify"}, purpose: []string{"clientsecret"}, value: lowhex + `{32}`, what: "Spotify client secret"},
			{names: []string{"twitch"}, purpose: []string{"secret", "token"}, value: `[0-9a-z]{30}`, what: "Twitch client secret or token"},
		},
	},
	{
		id: "mapbox-token", title: "Mapbox secret token", severity: finding.Medium,
		gains: "Manages maps and tokens on the account's bill.", revoke: "Revoke it in the Mapbox account under Access tokens.",
		source: "https://docs.mapbox.com/help/getting-started/access-tokens/",
		forms:  []form{tok("sk.eyJ", wordish+`{40,200}\.`+wordish+`{22}`, "Mapbox secret token").checked(object("mapbox", "sk.", ".", "u", "a"))},
	},
	{
		id: "contentful-token", title: "Contentful management token", severity: finding.Medium,
		gains: "Changes the content of the spaces that its owner can.", revoke: "Revoke it in Contentful under CMA tokens.",
		source: "https://www.contentful.com/developers/docs/references/authentication/",
		forms:  []form{tok("CFPAT-", wordish+`{43}`, "Contentful management token")},
	},
	{
		id: "algolia-key", title: "Algolia admin key", severity: finding.High,
		gains: "Reads, changes and deletes the application's indexes.", revoke: "Regenerate it in Algolia under Settings, API keys.",
		source: "https://www.algolia.com/doc/guides/security/api-keys/",
		keyed:  []keyed{{names: []string{"algolia"}, purpose: []string{"adminkey", "adminapikey", "writekey", "writeapikey"}, value: lowhex + `{32}`, what: "Algolia admin key"}},
	},
	{
		id: "launchdarkly-key", title: "LaunchDarkly key", severity: finding.High,
		gains: "Reads or changes feature flags, and with them how the product behaves.", revoke: "Reset it in LaunchDarkly under Authorization or the environment.",
		source: "https://launchdarkly.com/docs/home/account/api",
		forms: []form{
			tok("api-", uuid, "LaunchDarkly access token").nearby("launchdarkly"),
			tok("sdk-", uuid, "LaunchDarkly SDK key").nearby("launchdarkly", "ld_"),
		},
	},
	{
		id: "octopus-token", title: "Octopus Deploy API key", severity: finding.High,
		gains: "Deploys to the environments that its owner may.", revoke: "Delete it in Octopus under My API keys.",
		source: "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
		forms:  []form{tok("API-", `[0-9A-Z]{26,32}`, "Octopus Deploy API key").nearby("octopus")},
	},
	{
		id: "zuplo-key", title: "Zuplo API key", severity: finding.Medium,
		gains: "Calls the API behind the gateway as the key's consumer.", revoke: "Roll it in the Zuplo portal.",
		source: "https://zuplo.com/docs/articles/api-key-management",
		forms:  []form{tok("zpka_", `[0-9a-z]{32}_[0-9a-f]{8}`, "Zuplo API key").checked(crcHex)},
	},
	{
		id: "saas-token", title: "Token of a hosted service", severity: finding.Medium,
		gains:  "Calls the service's API with the rights of its owner.",
		revoke: "Revoke it in the service's settings.",
		source: "https://www.typeform.com/developers/get-started/personal-access-token/",
		forms: []form{
			tok("tfp_", wordish+`{40,60}(?:_`+wordish+`{10,20})?`, "Typeform access token"),
			tok("rdme_", `[0-9a-z]{70}`, "ReadMe API key"),
			tok("live_", `[0-9]{6,10}_`+alnum+`{28,30}`, "Twitch stream key"),
			tok("apify_api_", alnum+`{36}`, "Apify API token"),
			tok("ico-", alnum+`{32}`, "Infracost API key").nearby("infracost"),
			tok("fio-u-", wordish+`{64}`, "Frame.io token"),
			tok("p8e-", alnum+`{32}`, "Adobe client secret"),
			tok("AQVN", wordish+`{35,38}`, "Yandex Cloud API key"),
			led(base62+"_", 36, 36, ``, "MaxMind license key", "_mmk"),
		},
		keyed: []keyed{
			{names: []string{"bitly"}, purpose: []string{"token", "apikey"}, value: lowhex + `{40}`, what: "Bitly access token"},
			{names: []string{"segment"}, purpose: []string{"writekey", "token", "secret"}, value: alnum + `{32}`, mixed: true, what: "Segment write key"},
			{names: []string{"zendesk"}, purpose: []string{"token", "secret", "apikey"}, value: alnum + `{40}`, what: "Zendesk API token"},
			{names: []string{"fastly"}, purpose: []string{"token", "apikey"}, value: wordish + `{32}`, what: "Fastly API token"},
			{names: []string{"trello"}, purpose: []string{"token", "secret"}, value: lowhex + `{64}|ATTA` + anyhex + `{72}`, what: "Trello token"},
			{names: []string{"sauce"}, purpose: []string{"accesskey", "apikey"}, value: uuid, what: "Sauce Labs access key"},
			{names: []string{"browserstack"}, purpose: []string{"accesskey", "apikey"}, value: alnum + `{20}`, what: "BrowserStack access key"},
			{names: []string{"jira", "atlassian", "confluence"}, purpose: []string{"token"}, value: alnum + `{24}`, what: "Atlassian API token of the older form"},
		},
	},
}
