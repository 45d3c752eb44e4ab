package gcp

import "github.com/deputy-sec/deputy/scanner/finding"

// The kinds of the family.
const (
	KindServiceAccountKey   finding.Kind = "gcp-service-account-key"
	KindAPIKey              finding.Kind = "gcp-api-key"
	KindOAuthClientSecret   finding.Kind = "gcp-oauth-client-secret"
	KindOAuthClientID       finding.Kind = "gcp-oauth-client-id"
	KindOAuthAccessToken    finding.Kind = "gcp-oauth-access-token"
	KindOAuthRefreshToken   finding.Kind = "gcp-oauth-refresh-token"
	KindProjectNumber       finding.Kind = "gcp-project-number"
	KindProjectID           finding.Kind = "gcp-project-id"
	KindOrganization        finding.Kind = "gcp-organization"
	KindFolder              finding.Kind = "gcp-folder"
	KindBillingAccount      finding.Kind = "gcp-billing-account"
	KindServiceAccountEmail finding.Kind = "gcp-service-account-email"
)

var rules = []*finding.Rule{
	serviceAccountKeyRule, apiKeyRule, clientSecretRule, clientIDRule, accessTokenRule, refreshTokenRule,
	projectNumberRule, projectIDRule, organizationRule, folderRule, billingAccountRule, emailRule,
}

// guide is the sentence that the rules for identifiers implement.
const guide = "Scan for 12 digit AccountIDs (or GCP or Azure identifiers) in git repos and public documentation and presentations."

var serviceAccountKeyRule = &finding.Rule{
	ID: "gcp-service-account-key", Kind: KindServiceAccountKey, Severity: finding.Critical,
	Title: "Google Cloud service account key",
	About: "The private key of a service account. Whoever holds it can sign in as that account, from anywhere and " +
		"without a second factor, until the key is deleted: it does not expire by itself.",
	Remedy: "Delete the key (gcloud iam service-accounts keys delete), look through the audit logs for its private_key_id, " +
		"and replace it by workload identity federation or an attached service account.",
	Source:  "https://cloud.google.com/iam/docs/keys-create-delete",
	Matches: serviceAccountKeyMatches, NearMisses: serviceAccountKeyNearMisses,
}

var apiKeyRule = &finding.Rule{
	ID: "gcp-api-key", Kind: KindAPIKey, Severity: finding.Medium,
	Title: "Google API key",
	About: "A key that names the project to bill. Without restrictions anyone can use every enabled API with it: maps and " +
		"Gemini calls run up costs. Keys of Firebase web apps are public by design, but need restrictions all the same.",
	Remedy: "Restrict the key to the APIs, hosts or apps that need it; if it is not meant for browsers or apps, " +
		"rotate it and keep it in a secret manager.",
	Source:  "https://cloud.google.com/docs/authentication/api-keys",
	Matches: apiKeyMatches, NearMisses: apiKeyNearMisses,
}

var clientSecretRule = &finding.Rule{
	ID: "gcp-oauth-client-secret", Kind: KindOAuthClientSecret, Severity: finding.High,
	Title: "Google OAuth client secret",
	About: "The password of an OAuth client. With it an attacker can exchange stolen codes and refresh tokens, and pose as " +
		"the application. The secret of an installed app is not confidential, that of a web app is.",
	Remedy:  "Add a new secret in the console's credentials page, deploy it, then disable and delete the old one.",
	Source:  "https://developers.google.com/identity/protocols/oauth2",
	Matches: clientSecretMatches, NearMisses: clientSecretNearMisses,
}

var clientIDRule = &finding.Rule{
	ID: "gcp-oauth-client-id", Kind: KindOAuthClientID, Severity: finding.Low,
	Title: "Google OAuth client ID",
	About: "Names an OAuth client and, by the number it begins with, its project. Public in web pages and apps; with the " +
		"client's secret it opens more.",
	Remedy:  "Nothing to rotate. Keep it out of public texts that do not need it, and make sure that no client secret stands next to it.",
	Guide:   guide,
	Source:  "https://developers.google.com/identity/protocols/oauth2",
	Matches: clientIDMatches, NearMisses: clientIDNearMisses,
}

var accessTokenRule = &finding.Rule{
	ID: "gcp-oauth-access-token", Kind: KindOAuthAccessToken, Severity: finding.Medium,
	Title:   "Google OAuth access token",
	About:   "Opens whatever its user granted, usually for one hour.",
	Remedy:  "Revoke it if it is younger than an hour (https://oauth2.googleapis.com/revoke), and find out what writes tokens down.",
	Source:  "https://cloud.google.com/docs/authentication/token-types",
	Matches: accessTokenMatches, NearMisses: accessTokenNearMisses,
}

var refreshTokenRule = &finding.Rule{
	ID: "gcp-oauth-refresh-token", Kind: KindOAuthRefreshToken, Severity: finding.High,
	Title: "Google OAuth refresh token",
	About: "Gives new access tokens until it is revoked. With the client's ID and secret, which often stand beside it, it is " +
		"a standing sign-in as its user.",
	Remedy:  "Revoke it (https://oauth2.googleapis.com/revoke, or the user's account page under third-party access) and sign in anew.",
	Source:  "https://developers.google.com/identity/protocols/oauth2",
	Matches: refreshTokenMatches, NearMisses: refreshTokenNearMisses,
}

var projectNumberRule = &finding.Rule{
	ID: "gcp-project-number", Kind: KindProjectNumber, Severity: finding.Low, LowEntropy: true,
	Title: "Google Cloud project number",
	About: "Names a project. From it follow the e-mail addresses of its default service accounts, and it is what an attacker " +
		"needs to try out resource names.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check that the project's resources are not open to allUsers.",
	Guide:   guide,
	Source:  "https://cloud.google.com/resource-manager/docs/creating-managing-projects",
	Matches: projectNumberMatches, NearMisses: projectNumberNearMisses,
}

var projectIDRule = &finding.Rule{
	ID: "gcp-project-id", Kind: KindProjectID, Severity: finding.Low,
	Title: "Google Cloud project ID",
	About: "Names a project worldwide. Buckets, registries, functions and service accounts carry it in their names, so that " +
		"an attacker can try those out.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check that the project's resources are not open to allUsers.",
	Guide:   guide,
	Source:  "https://cloud.google.com/resource-manager/docs/creating-managing-projects",
	Matches: projectIDMatches, NearMisses: projectIDNearMisses,
}

var organizationRule = &finding.Rule{
	ID: "gcp-organization", Kind: KindOrganization, Severity: finding.Low, LowEntropy: true,
	Title:   "Google Cloud organisation number",
	About:   "Names the organisation that all projects of a company belong to: it tells which projects are one company's.",
	Remedy:  "Nothing to rotate. Replace it by a variable.",
	Guide:   guide,
	Source:  "https://cloud.google.com/resource-manager/docs/creating-managing-organization",
	Matches: organizationMatches, NearMisses: organizationNearMisses,
}

var folderRule = &finding.Rule{
	ID: "gcp-folder", Kind: KindFolder, Severity: finding.Low, LowEntropy: true,
	Title:   "Google Cloud folder number",
	About:   "Names a folder of an organisation's resource hierarchy, which tells how a company divides its projects.",
	Remedy:  "Nothing to rotate. Replace it by a variable.",
	Guide:   guide,
	Source:  "https://cloud.google.com/resource-manager/docs/creating-managing-folders",
	Matches: folderMatches, NearMisses: folderNearMisses,
}

var billingAccountRule = &finding.Rule{
	ID: "gcp-billing-account", Kind: KindBillingAccount, Severity: finding.Low,
	Title: "Google Cloud billing account ID",
	About: "Names the account that pays. Whoever has the right to use it can attach projects to it; callers who pose as the " +
		"customer are asked for it.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check who holds roles/billing.user on it.",
	Guide:   guide,
	Source:  "https://cloud.google.com/billing/docs/how-to/find-billing-account-id",
	Matches: billingAccountMatches, NearMisses: billingAccountNearMisses,
}

var emailRule = &finding.Rule{
	ID: "gcp-service-account-email", Kind: KindServiceAccountEmail, Severity: finding.Low,
	Title: "Google Cloud service account e-mail",
	About: "Names a service account and its project. It is whom an attacker tries to impersonate, and a target for grants " +
		"that confuse one customer's account with another's.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check who may create tokens for the account.",
	Guide:   guide,
	Source:  "https://cloud.google.com/iam/docs/service-account-overview",
	Matches: emailMatches, NearMisses: emailNearMisses,
}
