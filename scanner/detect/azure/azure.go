package azure

import (
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector.
func New() detect.Detector { return detector{} }

type detector struct{}

func (detector) Rules() []*finding.Rule { return rules }

func (detector) Triggers() []detect.Trigger {
	triggers := make([]detect.Trigger, len(looks))
	for i, l := range looks {
		triggers[i] = detect.Trigger{Literal: l.literal, Fold: l.fold}
	}
	return triggers
}

func (detector) Detect(w *detect.Window, report func(detect.Match)) { looks[w.Trigger].at(w, report) }

// look is what to do where a literal stands.
type look struct {
	literal string
	fold    bool
	at      func(w *detect.Window, report func(detect.Match))
}

// looks are all triggers of the family.
var looks = append([]look{
	{"subscription", true, subscription},
	{"tenant", true, tenant},
	{"login.microsoftonline.", false, tenantHost},
	{"login.windows.net", false, tenantHost},
	{"sts.windows.net", false, tenantHost},
	{"graph.windows.net", false, tenantHost},
	{"login.chinacloudapi.cn", false, tenantHost},
	{"login.partner.microsoftonline.", false, tenantHost},
	{"client_id", true, application},
	{"clientid", true, application},
	{"client-id", true, application},
	{"client id", true, application},
	{"(client)", true, application},
	{"appid", true, application},
	{"app_id", true, application},
	{"app-id", true, application},
	{"application_id", true, application},
	{"applicationid", true, application},
	{"application-id", true, application},
	{"userassignedidentityid", true, application},

	{`"homeTenantId"`, false, shownAccount},
	{"az login", false, signIn},
	{"PSCredential(", true, credential},

	{"7Q~", false, clientSecret},
	{"8Q~", false, clientSecret},
	{"client_secret", true, namedClientSecret},
	{"clientsecret", true, namedClientSecret},
	{"client-secret", true, namedClientSecret},

	{"accountkey", true, accountKey},
	{"account_key", true, accountKey},
	{"account-key", true, accountKey},
	{"storage_key", true, accountKey},
	{"storagekey", true, accountKey},
	{"storage-key", true, accountKey},
	{"access_key", true, accountKey},
	{"accesskey", true, accountKey},
	{"access-key", true, accountKey},
	{"primary_key", true, accountKey},
	{"primarykey", true, accountKey},
	{"cosmos", true, accountKey},
	{"documentdb", true, accountKey},

	{"sharedaccesskey=", true, sharedAccessKey},
	{".azconfig.io", false, appConfiguration},
	{".database.windows.net", true, sqlPassword},
	{".database.azure.com", true, sqlPassword},
	{".redis.cache.windows.net", true, redisPassword},
	{"sig=", false, sasToken},

	{"azure_devops", true, devopsPAT},
	{"azure-devops", true, devopsPAT},
	{"azuredevops", true, devopsPAT},
	{"azure devops", true, devopsPAT},
	{"dev.azure.com", true, devopsPAT},
	{"visualstudio.com", true, devopsPAT},
	{"system_accesstoken", true, devopsPAT},
	{"vsts", true, devopsPAT},

	{"openai_api_key", true, resourceKey},
	{"openai_key", true, resourceKey},
	{"subscription-key", true, resourceKey},
	{"subscription_key", true, resourceKey},
	{"subscriptionkey", true, resourceKey},
	{"api-key", true, resourceKey},
	{"api_key", true, resourceKey},
	{"apikey", true, resourceKey},
	{".azurewebsites.net/", true, functionKey},
	{"userpwd=", true, publishPassword},
	{caskMark, false, annotatedKey},
}, markLooks()...)

// weak is the confidence of what only confirms a value found elsewhere.
const weak = 0.3
