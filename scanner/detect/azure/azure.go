package azure

import "github.com/deputy-sec/deputy/scanner/detect"

// New returns the detector.
func New() detect.Detector {
	return detect.Table(rules, append(markRows(),
		detect.AtAnyCase(subscription, "subscription").Within(0, maxPathPart),
		detect.AtAnyCase(tenant, "tenant").Within(0, 0),
		detect.At(tenantHost, "login.microsoftonline.", "login.windows.net", "sts.windows.net", "graph.windows.net",
			"login.chinacloudapi.cn", "login.partner.microsoftonline."),
		detect.AtAnyCase(application, "client_id", "clientid", "client-id", "client id", "(client)", "appid", "app_id", "app-id",
			"application_id", "applicationid", "application-id", "userassignedidentityid").Within(0, 0),

		detect.At(shownAccount, `"homeTenantId"`),
		detect.At(signIn, "az login"),
		detect.AtAnyCase(credential, "PSCredential("),

		detect.At(clientSecret, "7Q~", "8Q~"),
		detect.AtAnyCase(namedClientSecret, "client_secret", "clientsecret", "client-secret").Within(0, 0),

		detect.AtAnyCase(accountKey, "accountkey", "account_key", "account-key", "storage_key", "storagekey", "storage-key",
			"access_key", "accesskey", "access-key", "primary_key", "primarykey", "cosmos", "documentdb").Within(0, 0),

		detect.AtAnyCase(sharedAccessKey, "sharedaccesskey="),
		detect.AtAnyCase(namedAccessKey, "sharedaccesskey", "shared_access_key", "shared-access-key", "devicekey", "device_key", "device-key").Within(1, 1),
		detect.At(keyBehind(";secret=", "secret of an App Configuration connection string"), ".azconfig.io"),
		detect.AtAnyCase(keyBehind(";accesskey=", "access key of a connection string of a messaging service"),
			".service.signalr.net", ".webpubsub.azure.com", ".communication.azure.com"),
		detect.AtAnyCase(sqlPassword, ".database.windows.net", ".database.azure.com"),
		detect.AtAnyCase(redisPassword, ".redis.cache.windows.net"),
		detect.At(sasToken, "sig="),

		detect.AtAnyCase(devopsPAT, "azure_devops", "azure-devops", "azuredevops", "azure devops", "dev.azure.com", "visualstudio.com",
			"system_accesstoken", "vsts"),

		detect.AtAnyCase(resourceKey, "openai_api_key", "openai_key", "subscription-key", "subscription_key", "subscriptionkey",
			"api-key", "api_key", "apikey").Within(0, 0),
		detect.AtAnyCase(functionKey, ".azurewebsites.net/"),
		detect.AtAnyCase(publishPassword, "userpwd="),
		detect.At(annotatedKey, caskMark),
	)...)
}

// weak is the confidence of what only confirms a value found elsewhere.
const weak = 0.3
