package gcp

import "github.com/deputy-sec/deputy/scanner/detect"

// New returns the detector.
func New() detect.Detector {
	return detect.Table(rules,
		detect.At(serviceAccountKey, "BEGIN PRIVATE KEY-----"),
		detect.At(escapedServiceAccountKey, "BEGIN+PRIVATE+KEY-----", "BEGIN%20PRIVATE%20KEY-----"),
		// "BEGIN PRIVATE KEY" in base64, at each of the three ways it may be aligned.
		detect.At(encodedServiceAccountKey, "QkVHSU4gUFJJVkFURSBLRV", "JFR0lOIFBSSVZBVEUgS0VZ", "CRUdJTiBQUklWQVRFIEtFW"),

		detect.At(apiKey, "AIza"),
		detect.At(oauthClientSecret, "GOCSPX-"),
		detect.At(oauthClient, "apps.googleusercontent.com"),
		detect.At(oauthAccessToken, "ya29."),
		detect.At(oauthRefreshToken, "1//0", `1\/\/0`),

		detect.At(serviceAccount, "gserviceaccount.com"),

		detect.At(projectResource, "projects/", `projects\/`).Within(nameReach, 0),
		detect.AtAnyCase(projectResource, "projects%2F").Within(nameReach, 0),
		detect.At(organizationResource, "organizations/"),
		detect.AtAnyCase(organizationResource, "organizations%2F"),
		detect.At(folderResource, "folders/"),
		detect.AtAnyCase(folderResource, "folders%2F"),
		detect.At(registry, "gcr.io/", "docker.pkg.dev/"),
		detect.At(hostOf("project of a workload identity pool", 0.85), ".svc.id.goog"),
		detect.At(hostOf("Firebase database host", weak), ".firebaseio.com"),
		detect.At(hostOf("Firebase host", weak), ".firebaseapp.com"),
		detect.At(hostOf("App Engine host", weak), ".appspot.com"),
		detect.At(functionsHost, ".cloudfunctions.net"),
		detect.At(runHost, ".run.app"),
		detect.At(clusterContext, "gke_"),
		detect.At(sqlInstance, ":us-", ":europe-", ":asia-").Within(0, longestRegion),
		detect.At(firebaseApp, ":web:", ":android:", ":ios:"),

		detect.AtAnyCase(projectName, "project_id", "projectid", "project-id", "gcp_project", "gcp-project", "gcloud_project",
			"google_project", "cloud_project", "core_project").Within(0, 0),
		detect.At(projectName, "gcp:project").Within(0, 0),
		detect.At(projectConstant, "PROJECT").Within(0, 0),
		detect.At(firebaseProjects, `"projects"`).Within(0, 400),
		detect.At(terraformProject, "project ", "project=").Within(0, 0),
		detect.AtAnyCase(queriedProject, "from `", "join `"),
		detect.At(currentProject, "core/project ", "set project "),
		detect.At(projectName, "--project").Within(0, 0),
		detect.At(projectQuery, "?project=", "&project=", ";project="),
		detect.AtAnyCase(projectNumberName, "project_number", "projectnumber", "project-number", "project number").Within(0, 0),
		detect.At(stateNumber, `"number": "`),
		detect.AtAnyCase(projectNumberName, "messagingsenderid", "gcm_sender_id").Within(0, 0),
		detect.AtAnyCase(organizationName, "org_id", "org-id", "organization_id", "organizationid", "organization-id").Within(0, 0),
		detect.At(organizationName, "--organization").Within(0, 0),
		detect.AtAnyCase(folderName, "folder_id", "folderid", "folder-id").Within(0, 0),
		detect.At(folderName, "--folder").Within(0, 0),
		detect.AtAnyCase(billingName, "billing_account", "billingaccount", "billing-account", "billing account"),
	)
}

// weak is the confidence of what only confirms a value found elsewhere.
const weak = 0.4
