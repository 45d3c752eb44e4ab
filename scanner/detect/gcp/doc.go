// Package gcp finds what tells or opens a Google Cloud project: keys of service
// accounts, API keys, OAuth secrets and tokens, and the identifiers of
// projects, organisations, folders, billing accounts and service accounts.
//
// Found:
//
//	{"private_key_id": "…", "private_key": "-----BEGIN PRIVATE KEY-----\nMII…", "client_email": "…"}
//	                             one finding, also inside base64 (a CI variable, a Terraform state)
//	key=AIzaSy…                  39 characters that end as 29 bytes in base64 do
//	projects/PROJECT/locations/europe-west1
//	gcloud compute instances list --project PROJECT
//	ci@PROJECT.iam.gserviceaccount.com
//
// Not found:
//
//	projects/website/index.html  no Google Cloud resource follows
//	project_id: 4711             nothing near speaks of Google Cloud
//	--project "$PROJECT_ID"      a reference
//	projects/my-project/topics   typed for an example (shown with --all)
//
// # How it is built
//
// Every trigger has a function that looks at its place ([looks]). Secrets are
// told by their own form. Identifiers are short words and numbers that mean
// nothing by themselves: what stands around them decides, and how much it says
// is the confidence.
//
// # Limits
//
// Identifiers are no secrets; they are reported because an attacker who
// enumerates resources starts from them. A project ID that is one ordinary word
// is reported in resource names only. Whether a key still works is not asked.
package gcp
