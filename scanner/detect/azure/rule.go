package azure

import "github.com/deputy-sec/deputy/scanner/finding"

// The kinds of the family.
const (
	KindSubscriptionID   finding.Kind = "azure-subscription-id"
	KindTenantID         finding.Kind = "azure-tenant-id"
	KindClientID         finding.Kind = "azure-client-id"
	KindClientSecret     finding.Kind = "azure-client-secret"
	KindStorageKey       finding.Kind = "azure-storage-key"
	KindAccessKey        finding.Kind = "azure-access-key"
	KindConnectionString finding.Kind = "azure-connection-string"
	KindSASToken         finding.Kind = "azure-sas-token"
	KindDevOpsPAT        finding.Kind = "azure-devops-pat"
)

var rules = []*finding.Rule{
	subscriptionRule, tenantRule, clientIDRule,
	clientSecretRule, storageKeyRule, accessKeyRule, connectionStringRule, sasTokenRule, devopsPATRule,
}

// guide is the sentence that the rules for identifiers implement.
const guide = "Scan for 12 digit AccountIDs (or GCP or Azure identifiers) in git repos and public documentation and presentations."

var subscriptionRule = &finding.Rule{
	ID: "azure-subscription-id", Kind: KindSubscriptionID, Severity: finding.Low,
	Title: "Azure subscription ID",
	About: "Names a subscription. Every resource's path begins with it, so that whoever finds any credential of its tenant " +
		"knows where to point it; it also lets callers pose as the customer.",
	Remedy:  "Nothing to rotate. Replace it by a variable.",
	Guide:   guide,
	Source:  "https://learn.microsoft.com/azure/azure-portal/get-subscription-tenant-id",
	Matches: subscriptionMatches, NearMisses: subscriptionNearMisses,
}

var tenantRule = &finding.Rule{
	ID: "azure-tenant-id", Kind: KindTenantID, Severity: finding.Low,
	Title: "Azure tenant ID",
	About: "Names a directory of Entra ID. It can be looked up from a domain, but here it ties the text to a customer, and " +
		"with an application's ID and secret it is a sign-in.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check that no secret stands next to it.",
	Guide:   guide,
	Source:  "https://learn.microsoft.com/entra/fundamentals/how-to-find-tenant",
	Matches: tenantMatches, NearMisses: tenantNearMisses,
}

var clientIDRule = &finding.Rule{
	ID: "azure-client-id", Kind: KindClientID, Severity: finding.Low,
	Title: "Azure application (client) ID",
	About: "Names an application or managed identity of a tenant. It is the user name of its sign-in; consent phishing and " +
		"password spraying start from it.",
	Remedy:  "Nothing to rotate. Replace it by a variable, and check that no secret stands next to it.",
	Guide:   guide,
	Source:  "https://learn.microsoft.com/entra/identity-platform/quickstart-register-app",
	Matches: clientIDMatches, NearMisses: clientIDNearMisses,
}

var clientSecretRule = &finding.Rule{
	ID: "azure-client-secret", Kind: KindClientSecret, Severity: finding.Critical,
	Title: "Azure client secret",
	About: "The password of an application. With the tenant's and the application's ID, which are no secrets, an attacker " +
		"signs in as the application and has all its roles.",
	Remedy: "Add a new secret, deploy it, remove the old one (az ad app credential delete), and read the application's " +
		"sign-in logs. Federated credentials or a managed identity need no secret.",
	Source:  "https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials",
	Matches: clientSecretMatches, NearMisses: clientSecretNearMisses,
}

var storageKeyRule = &finding.Rule{
	ID: "azure-storage-key", Kind: KindStorageKey, Severity: finding.Critical,
	Title: "Azure storage account key",
	About: "Opens all blobs, files, queues and tables of a storage account, to read and to write, and signs SAS tokens at " +
		"will. It does not expire.",
	Remedy:  "Regenerate the key (az storage account keys renew), which also ends the SAS tokens signed with it; better, disallow shared keys.",
	Source:  "https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
	Matches: storageKeyMatches, NearMisses: storageKeyNearMisses,
}

var accessKeyRule = &finding.Rule{
	ID: "azure-access-key", Kind: KindAccessKey, Severity: finding.High,
	Title:   "Azure service access key",
	About:   "A key of an Azure service (Cosmos DB, Service Bus, IoT Hub, Container Registry, Functions, Cognitive Search and others): it opens the service without any sign-in, until it is regenerated.",
	Remedy:  "Regenerate the key on the resource's keys page, and let callers sign in with Entra ID instead.",
	Source:  "https://github.com/microsoft/security-utilities",
	Matches: accessKeyMatches, NearMisses: accessKeyNearMisses,
}

var connectionStringRule = &finding.Rule{
	ID: "azure-connection-string", Kind: KindConnectionString, Severity: finding.High,
	Title:   "Azure connection string",
	About:   "Address and key of a service in one string: whoever reads it can send and read messages, devices' data, settings or rows.",
	Remedy:  "Regenerate the key or change the password, and connect with a managed identity instead.",
	Source:  "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
	Matches: connectionStringMatches, NearMisses: connectionStringNearMisses,
}

var sasTokenRule = &finding.Rule{
	ID: "azure-sas-token", Kind: KindSASToken, Severity: finding.High,
	Title:   "Azure shared access signature",
	About:   "A link that carries its own permission: whoever has it can do what it allows until it ends. It cannot be revoked by itself.",
	Remedy:  "Regenerate the account's key that signed it, or change the stored access policy it names.",
	Source:  "https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
	Matches: sasTokenMatches, NearMisses: sasTokenNearMisses,
}

var devopsPATRule = &finding.Rule{
	ID: "azure-devops-pat", Kind: KindDevOpsPAT, Severity: finding.Critical,
	Title:   "Azure DevOps personal access token",
	About:   "Signs in to Azure DevOps as its owner: source code, pipelines and the secrets that pipelines hold.",
	Remedy:  "Revoke it under User settings, Personal access tokens, and read the organisation's audit log.",
	Source:  "https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
	Matches: devopsPATMatches, NearMisses: devopsPATNearMisses,
}
