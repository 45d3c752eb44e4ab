package gcp

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
var looks = []look{
	{"BEGIN PRIVATE KEY-----", false, serviceAccountKey},
	{"BEGIN+PRIVATE+KEY-----", false, escapedServiceAccountKey},
	{"BEGIN%20PRIVATE%20KEY-----", false, escapedServiceAccountKey},
	// "BEGIN PRIVATE KEY" in base64, at each of the three ways it may be aligned.
	{"QkVHSU4gUFJJVkFURSBLRV", false, encodedServiceAccountKey},
	{"JFR0lOIFBSSVZBVEUgS0VZ", false, encodedServiceAccountKey},
	{"CRUdJTiBQUklWQVRFIEtFW", false, encodedServiceAccountKey},

	{"AIza", false, apiKey},
	{"GOCSPX-", false, oauthClientSecret},
	{"apps.googleusercontent.com", false, oauthClient},
	{"ya29.", false, oauthAccessToken},
	{"1//0", false, oauthRefreshToken},
	{`1\/\/0`, false, oauthRefreshToken},

	{"gserviceaccount.com", false, serviceAccount},

	{"projects/", false, projectResource},
	{`projects\/`, false, projectResource},
	{"projects%2F", true, projectResource},
	{"organizations/", false, organizationResource},
	{"organizations%2F", true, organizationResource},
	{"folders/", false, folderResource},
	{"folders%2F", true, folderResource},
	{"gcr.io/", false, registry},
	{"docker.pkg.dev/", false, registry},
	{".svc.id.goog", false, hostOf("project of a workload identity pool", 0.85)},
	{".firebaseio.com", false, hostOf("Firebase database host", weak)},
	{".firebaseapp.com", false, hostOf("Firebase host", weak)},
	{".appspot.com", false, hostOf("App Engine host", weak)},
	{".cloudfunctions.net", false, functionsHost},
	{".run.app", false, runHost},
	{"gke_", false, clusterContext},
	{":us-", false, sqlInstance},
	{":europe-", false, sqlInstance},
	{":asia-", false, sqlInstance},
	{":web:", false, firebaseApp},
	{":android:", false, firebaseApp},
	{":ios:", false, firebaseApp},

	{"project_id", true, projectName},
	{"projectid", true, projectName},
	{"project-id", true, projectName},
	{"gcp_project", true, projectName},
	{"gcp-project", true, projectName},
	{"gcloud_project", true, projectName},
	{"google_project", true, projectName},
	{"cloud_project", true, projectName},
	{"core_project", true, projectName},
	{"gcp:project", false, projectName},
	{"PROJECT", false, projectConstant},
	{`"projects"`, false, firebaseProjects},
	{"project ", false, terraformProject},
	{"project=", false, terraformProject},
	{"from `", true, queriedProject},
	{"join `", true, queriedProject},
	{"core/project ", false, currentProject},
	{"set project ", false, currentProject},
	{"--project", false, projectName},
	{"?project=", false, projectQuery},
	{"&project=", false, projectQuery},
	{";project=", false, projectQuery},
	{"project_number", true, projectNumberName},
	{"projectnumber", true, projectNumberName},
	{"project-number", true, projectNumberName},
	{"project number", true, projectNumberName},
	{`"number": "`, false, stateNumber},
	{"messagingsenderid", true, projectNumberName},
	{"gcm_sender_id", true, projectNumberName},
	{"org_id", true, organizationName},
	{"org-id", true, organizationName},
	{"organization_id", true, organizationName},
	{"organizationid", true, organizationName},
	{"organization-id", true, organizationName},
	{"--organization", false, organizationName},
	{"folder_id", true, folderName},
	{"folderid", true, folderName},
	{"folder-id", true, folderName},
	{"--folder", false, folderName},
	{"billing_account", true, billingName},
	{"billingaccount", true, billingName},
	{"billing-account", true, billingName},
	{"billing account", true, billingName},
}

// weak is the confidence of what only confirms a value found elsewhere.
const weak = 0.4
