package gcp

import "github.com/deputy-sec/deputy/scanner/finding"

var serviceAccountKeyMatches = []finding.Example{
	{Name: "key-file", Text: `{
  "type": "service_account",
  "project_id": "‹project=p›",
  "private_key_id": "‹hex:40›",
  "private_key": "-----BEGIN PRIVATE KEY-----\n«pkcs8»\n-----END PRIVATE KEY-----\n",
  "client_email": "ci@‹=p›.iam.gserviceaccount.com",
  "client_id": "1‹digits:20›"
}`},
	{Name: "minified-in-an-environment-variable", Text: `GOOGLE_CREDENTIALS={\"client_email\":\"ci@‹project›.iam.gserviceaccount.com\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n«pkcs8»\\n-----END PRIVATE KEY-----\\n\",\"private_key_id\":\"‹hex:40›\"}`},
	{Name: "e-mail-and-key-in-variables", Text: `FIREBASE_CLIENT_EMAIL=firebase-adminsdk@‹project›.iam.gserviceaccount.com
FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\n«pkcs8»\n-----END PRIVATE KEY-----\n"
`},
	{Name: "yaml-block", Text: `private_key_id: ‹hex:40›
type: service_account
private_key: |
  -----BEGIN PRIVATE KEY-----
  «pkcs8»
  -----END PRIVATE KEY-----
`},
}

var serviceAccountKeyNearMisses = []finding.Example{
	{Name: "placeholder", Text: `"private_key_id": "‹hex:40›",
  "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----\n",
  "client_email": "ci@‹project›.iam.gserviceaccount.com"`},
	{Name: "random-letters-for-a-test", Text: `"private_key": "-----BEGIN PRIVATE KEY-----\n‹base64:64›\n-----END PRIVATE KEY-----\n", "client_email": "ci@‹project›.iam.gserviceaccount.com"`},
	{Name: "cut-short", Text: `"private_key_id": "‹hex:40›", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC‹base64:640›", "client_email": "ci@‹project›.iam.gserviceaccount.com"`},
	{Name: "key-of-something-else", Text: "-----BEGIN PRIVATE KEY-----\n‹pkcs8›\n-----END PRIVATE KEY-----\n"},
	{Name: "reference", Text: `"private_key_id": "${var.id}", "private_key": "${var.private_key}", "client_email": "x@y.iam.gserviceaccount.com"`},
	{Name: "parser", Text: `if !strings.HasPrefix(pem, "-----BEGIN PRIVATE KEY-----") { return errors.New("not a service_account with a private_key_id") }`},
}

var apiKeyMatches = []finding.Example{
	{Name: "query-parameter", Text: `https://maps.googleapis.com/maps/api/js?key=«apikey»&callback=init`},
	{Name: "firebase-config", Text: `const firebaseConfig = { apiKey: "«apikey»", authDomain: "x" }`},
	{Name: "behind-an-escape", Text: `"key=\n«apikey»\n"`},
	{Name: "url-encoded", Text: `url=https%3A%2F%2Fx%3Fkey%3D«apikey»%26`},
	{Name: "android-manifest", Text: `<meta-data android:name="com.google.android.geo.API_KEY" android:value="«apikey»"/>`},
}

var apiKeyNearMisses = []finding.Example{
	{Name: "typed", Text: `key=AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX`},
	{Name: "part-of-a-longer-word", Text: `x‹apikey›`},
	{Name: "longer", Text: `"‹apikey›0"`},
	{Name: "shorter", Text: `"AIzaSyA‹base64url:28›"`},
	{Name: "typed-sequence", Text: `key=AIzaSyDOCAbC123dEf456GhI789jKl01-MnO`},
	{Name: "pattern", Text: `regexp.MustCompile("AIza[0-9A-Za-z_-]{35}")`},
	{Name: "another-beginning", Text: `"AIzay‹base64url:33›A"`},
	{Name: "odd-last-character", Text: `"AIzaSyA‹base64url:31›B"`},
}

var clientSecretMatches = []finding.Example{
	{Name: "client-secrets-file", Text: `{"web":{"client_id":"x","client_secret":"«gocspx»"}}`},
	{Name: "environment", Text: `GOOGLE_CLIENT_SECRET=«gocspx»`},
	{Name: "older-secret-next-to-its-client", Text: `client_id: ‹account›-‹clientname›.apps.googleusercontent.com
client_secret: «oldsecret»
`},
	{Name: "older-secret-in-json", Text: `{"installed":{"client_id":"‹account›-‹clientname›.apps.googleusercontent.com","project_id":"x","client_secret":"«oldsecret»"}}`},
}

var clientSecretNearMisses = []finding.Example{
	{Name: "typed", Text: `client_secret=GOCSPX-xxxxxxxxxxxxxxxxxxxxxxxxxxxx`},
	{Name: "said-to-be-typed", Text: `client_secret=GOCSPX-your-client-secret-here-0123`},
	{Name: "too-long", Text: `client_secret=GOCSPX-‹base64url:29›`},
	{Name: "older-secret-without-a-client", Text: `client_secret: ‹oldsecret›`},
	{Name: "reference-next-to-a-client", Text: `clientID: "‹account›-‹clientname›.apps.googleusercontent.com", clientSecret: process.env.GOOGLE_CLIENT_SECRET`},
}

var clientIDMatches = []finding.Example{
	{Name: "web-client", Text: `<meta name="google-signin-client_id" content="«clientid»">`},
	{Name: "url-encoded", Text: `?client_id%3D«clientid»%26`},
}

var clientIDNearMisses = []finding.Example{
	{Name: "typed", Text: `YOUR_CLIENT_ID.apps.googleusercontent.com`},
	{Name: "counted-number", Text: `1234567890-abc123def456.apps.googleusercontent.com`},
	{Name: "number-too-short", Text: `42-‹clientname›.apps.googleusercontent.com`},
	{Name: "suffix-alone", Text: `strings.HasSuffix(id, ".apps.googleusercontent.com")`},
}

var accessTokenMatches = []finding.Example{
	{Name: "header", Text: `Authorization: Bearer «ya29»`},
	{Name: "json", Text: `{"access_token": "«ya29»", "expires_in": 3599}`},
}

var accessTokenNearMisses = []finding.Example{
	{Name: "cut-short", Text: `"access_token": "ya29.a0AfH6SM..."`},
	{Name: "typed", Text: `"access_token": "ya29.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"`},
	{Name: "part-of-a-word", Text: `maya29.‹base64url:80›`},
}

var refreshTokenMatches = []finding.Example{
	{Name: "with-its-mark", Text: `{"refresh_token": "«refresh»", "type": "authorized_user"}`},
	{Name: "under-a-name", Text: `REFRESH_TOKEN=«plainrefresh»`},
}

var refreshTokenNearMisses = []finding.Example{
	{Name: "comment-behind-a-number", Text: `x := 1//0 is the default token, see below for what it means and when it is not`},
	{Name: "typed", Text: `refresh_token=1//0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`},
}

var projectNumberMatches = []finding.Example{
	{Name: "resource-name", Text: `name: projects/«account»/locations/global/workloadIdentityPools/github`},
	{Name: "default-compute-account", Text: `member = "serviceAccount:«account»-compute@developer.gserviceaccount.com"`},
	{Name: "service-agent", Text: `service-«account»@gcp-sa-pubsub.iam.gserviceaccount.com`},
	{Name: "cloud-build", Text: `«account»@cloudbuild.gserviceaccount.com`},
	{Name: "firebase-sender", Text: `messagingSenderId: "«account»",`},
	{Name: "firebase-app", Text: `appId: "1:«account»:web:‹hex:22›"`},
	{Name: "google-services-file", Text: `"project_info": { "project_number": "«account»", "firebase_url": "https://x.firebaseio.com" }`},
	{Name: "variable", Text: `export GCP_PROJECT_NUMBER=«account»`},
	{Name: "cloud-run-host", Text: `https://api-«account».europe-west1.run.app/healthz`},
	{Name: "json-escaped", Text: `{"name":"projects\/«account»\/secrets\/x\/versions\/1"}`},
	{Name: "url-encoded", Text: `parent=projects%2F«account»%2Flocations%2Fglobal`},
}

var projectNumberNearMisses = []finding.Example{
	{Name: "project-of-a-tracker", Text: `https://gitlab.com/api/v4/projects/‹digits:8›/merge_requests`},
	{Name: "counted", Text: `projects/123456789012/locations/global`},
	{Name: "counted-in-threes", Text: `projects/456123789012/locations/global`},
	{Name: "counted-short", Text: `projects/123456/global/networks/default`},
	{Name: "repeated", Text: `service-111111111111@gcp-sa-pubsub.iam.gserviceaccount.com`},
	{Name: "number-of-another-project", Text: `project_number: ‹digits:7›`},
	{Name: "reference", Text: `projects/${data.google_project.this.number}/locations/global`},
	{Name: "longer", Text: `projects/‹digits:15›/locations/global`},
}

var projectIDMatches = []finding.Example{
	{Name: "resource-name", Text: `parent: projects/«project»/locations/europe-west1/keyRings/x`},
	{Name: "self-link", Text: `https://www.googleapis.com/compute/v1/projects/«project»/zones/us-central1-a/instances/x`},
	{Name: "command-line", Text: `gcloud compute instances list --project «project»`},
	{Name: "command-line-over-lines", Text: "gcloud run deploy api \\\n  --region europe-west1 \\\n  --project=«project»\n"},
	{Name: "current-project", Text: `gcloud config set project «project»`},
	{Name: "environment", Text: `GOOGLE_CLOUD_PROJECT=«project»`},
	{Name: "terraform-provider", Text: "provider \"google\" {\n  project_id = \"«project»\"\n}"},
	{Name: "terraform-variable", Text: "variable \"gcp_project_id\" {\n  type    = string\n  default = \"«project»\"\n}"},
	{Name: "console-link", Text: `https://console.cloud.google.com/run?hl=en&project=«project»`},
	{Name: "image", Text: `image: eu.gcr.io/«project»/api:1.2.3`},
	{Name: "artifact-registry", Text: `europe-docker.pkg.dev/«project»/images/api@sha256:x`},
	{Name: "workload-identity", Text: `serviceAccount:«project».svc.id.goog[ns/sa]`},
	{Name: "function-host", Text: `https://us-central1-«project».cloudfunctions.net/hook`},
	{Name: "cluster-context", Text: `current-context: gke_«project»_europe-west1-b_main`},
	{Name: "sql-connection", Text: `/cloudsql/«project»:us-central1:main`},
	{Name: "service-account-of-a-variable", Text: `"serviceAccount:${local.name}@«project».iam.gserviceaccount.com"`},
	{Name: "url-encoded", Text: `name=projects%2F«project»%2FserviceAccounts%2Fx`},
	{Name: "firebase-config", Text: `firebase.initializeApp({ apiKey: "x", projectId: "«project»" })`},
	{Name: "set-in-a-test", Text: `t.Setenv("GOOGLE_CLOUD_PROJECT", "«project»")`},
	{Name: "makefile", Text: "PROJECT ?= «project»\n\ndeploy:\n\tgcloud run deploy api\n"},
	{Name: "stack-configuration", Text: "config:\n  gcp:project: «project»\n"},
	{Name: "firebase-aliases", Text: "{\n  \"projects\": {\n    \"default\": \"«project»\",\n    \"staging\": \"«project»\"\n  }\n}"},
	{Name: "variables-with-a-region", Text: "project_id = \"«project»\"\nregion     = \"europe-west1\"\n"},
	{Name: "query-tool", Text: `bq query --project_id=«project» < report.sql`},
	{Name: "word-under-a-clear-name", Text: `"gcp_project_id": "«lower:14»"`},
}

var projectIDNearMisses = []finding.Example{
	{Name: "module-in-backticks", Text: "Select what you need.\nMoved the handler from `gateway.status.addresses` and `saleor.graphql.core`.\n"},
	{Name: "folder-of-projects", Text: `see projects/‹project›/README.md`},
	{Name: "placeholder", Text: `projects/my-project/locations/us-central1`},
	{Name: "placeholder-with-a-number", Text: `--project=your-gcp-project-123 # for gcloud`},
	{Name: "placeholder-in-capitals", Text: `gcloud config set project PROJECT_ID`},
	{Name: "placeholder-of-words", Text: `//cloudresourcemanager.googleapis.com/projects/foobar`},
	{Name: "placeholder-in-the-middle", Text: `gcp_project_id = "acme-project-id-for-docs"`},
	{Name: "field-of-a-key-that-is-reported", Text: `"project_id": "‹project›", "private_key_id": "‹hex:40›", "private_key": "-----BEGIN PRIVATE KEY-----\n‹pkcs8›\n-----END PRIVATE KEY-----\n", "client_email": "‹address›"`},
	{Name: "reference", Text: `gcloud run deploy --project "$PROJECT_ID"`},
	{Name: "terraform-reference", Text: `provider "google" { project_id = var.project_id }`},
	{Name: "template", Text: `image: gcr.io/{{ .Values.project }}/api`},
	{Name: "another-project-id", Text: `sonar.projectId=‹project›`},
	{Name: "variable-in-code", Text: `client, err := bigquery.NewClient(ctx, projectID, opts)`},
	{Name: "flag-of-another-tool", Text: `dotnet run --project src-‹project›`},
	{Name: "next-argument-of-a-call", Text: `testutil.CreateTestBucket(ctx, t, gcpClient, tc.ProjectID, "‹project›")`},
	{Name: "next-argument-behind-a-placeholder", Text: `fmt.Sprintf("google_%s_%s", "acme-project-id", "‹project›")`},
	{Name: "region", Text: `gcloud --project us-central1`},
	{Name: "mirror", Text: `image: mirror.gcr.io/library/golang`},
	{Name: "service-of-google", Text: `service-${var.number}@‹project›.iam.gserviceaccount.com`},
	{Name: "emulator", Text: `firebase --project demo-‹word:8› emulators:start`},
	{Name: "projects-of-a-workspace", Text: `{"projects": {"default": "apps/‹project›", "api": {"root": "‹project›"}}}`},
	{Name: "constant-of-a-build-tool", Text: "PROJECT = ‹project›\ninclude sphinx.mk\n"},
	{Name: "option-of-a-call", Text: `this.gcpProjectIdInput = page.getByRole("‹project›", { name: "Project ID" })`},
	{Name: "place-in-a-page", Text: `see [billing export](#new-gcp-project:‹project›) and https://cloud.google.com`},
	{Name: "words-in-a-test", Text: "@patch(\"google.auth.default\")\ndef test_access(mock_default):\n    project_id = \"second-access-project\"\n"},
	{Name: "one-word-in-a-resource-name", Text: `target = "gcpubsub://cloud.google.com/projects/‹lower:9›/topics/x"`},
	{Name: "one-word-in-an-image", Text: `image: gcr.io/‹lower:9›/notifier`},
	{Name: "part-of-an-expression", Text: `gcp_project_id = "${local.prefix}-‹project›"`},
}

var organizationMatches = []finding.Example{
	{Name: "resource-name", Text: `//cloudresourcemanager.googleapis.com/organizations/«account»`},
	{Name: "terraform", Text: "resource \"google_folder\" \"x\" {\n  parent = \"organizations/«account»\"\n}"},
	{Name: "flag", Text: `gcloud organizations get-iam-policy --organization=«account»`},
	{Name: "variable", Text: `gcp_org_id = "«account»"`},
}

var organizationNearMisses = []finding.Example{
	{Name: "organisation-of-another-service", Text: `https://api.github.com/organizations/‹digits:7›/repos`},
	{Name: "name-without-context", Text: `org_id = "‹account›"`},
	{Name: "short-word-in-a-random-value", Text: `{"key": "q7gkeQ7", "org_id": "‹account›"}`},
	{Name: "counted", Text: `gcloud x --organization=123456789012`},
	{Name: "reference", Text: `gcp_org_id = var.org_id`},
}

var folderMatches = []finding.Example{
	{Name: "resource-name", Text: `//cloudresourcemanager.googleapis.com/folders/«account»`},
	{Name: "terraform", Text: "resource \"google_project\" \"x\" {\n  folder_id = \"«account»\"\n}"},
	{Name: "flag", Text: `gcloud projects create x --folder=«account»`},
}

var folderNearMisses = []finding.Example{
	{Name: "drive", Text: `https://drive.google.com/drive/folders/1‹base62:32›`},
	{Name: "name-without-context", Text: `folder_id: ‹account›`},
	{Name: "counted", Text: `gcloud x --folder=1234567890`},
	{Name: "short", Text: `google folders/‹digits:5›`},
}

var billingAccountMatches = []finding.Example{
	{Name: "terraform", Text: `billing_account = "«billing»"`},
	{Name: "resource-name", Text: `billingAccounts/«billing»/subAccounts`},
	{Name: "flag", Text: `gcloud billing projects link x --billing-account=«billing»`},
	{Name: "json", Text: `{"billingAccountName": "billingAccounts/«billing»"}`},
	{Name: "variable-with-suffix", Text: `GCP_BILLING_ACCOUNT_ID=«billing»`},
}

var billingAccountNearMisses = []finding.Example{
	{Name: "placeholder", Text: `billing_account = "000000-000000-000000"`},
	{Name: "placeholder-of-letters", Text: `billing_account = "ABCDEF-ABCDEF-ABCDEF"`},
	{Name: "placeholder-counted", Text: `--billing-account=012345-678901-ABCDEF`},
	{Name: "not-hexadecimal", Text: `--billing-account=XXXXXX-XXXXXX-XXXXXX`},
	{Name: "reference", Text: `billing_account = var.billing_account`},
	{Name: "same-form-elsewhere", Text: `serial: ‹billing›`},
}

var emailMatches = []finding.Example{
	{Name: "member", Text: `member = "serviceAccount:«address»"`},
	{Name: "flag", Text: `--impersonate-service-account=«address»`},
	{Name: "app-engine", Text: `«appengine»`},
	{Name: "behind-an-escape", Text: `"to:\n«address»\n"`},
	{Name: "resource-name", Text: `projects/-/serviceAccounts/«address»`},
}

var emailNearMisses = []finding.Example{
	{Name: "placeholder", Text: `my-sa@my-project.iam.gserviceaccount.com`},
	{Name: "reference", Text: `ci@${var.project}.iam.gserviceaccount.com`},
	{Name: "capitals", Text: `SA_NAME@PROJECT_ID.iam.gserviceaccount.com`},
	{Name: "format", Text: `fmt.Sprintf("%d-compute@developer.gserviceaccount.com", number)`},
	{Name: "app-engine-in-capitals", Text: `PROJECT_ID@appspot.gserviceaccount.com`},
	{Name: "app-engine-placeholder", Text: `my-project-id@appspot.gserviceaccount.com`},
	{Name: "behind-an-escaped-bracket", Text: `service-\u003cNumber\u003e@gcp-sa-x.iam.gserviceaccount.com`},
	{Name: "of-google", Text: `gmail-api-push@system.gserviceaccount.com`},
	{Name: "suffix-alone", Text: `strings.HasSuffix(email, ".iam.gserviceaccount.com")`},
	{Name: "field-of-a-key-that-is-reported", Text: `"private_key_id": "‹hex:40›", "private_key": "-----BEGIN PRIVATE KEY-----\n‹pkcs8›\n-----END PRIVATE KEY-----\n", "client_email": "‹address›"`},
	{Name: "service-agent", Text: `service-‹account›@gcp-sa-pubsub.iam.gserviceaccount.com`},
}
