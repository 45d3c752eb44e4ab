package gcp

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// A project ID has 6 to 30 lower-case letters, digits and dashes, begins with a
// letter and does not end with a dash
// (https://cloud.google.com/resource-manager/docs/creating-managing-projects).
const (
	minProjectID = 6
	maxProjectID = 30
)

func isProjectIDByte(c byte) bool {
	return 'a' <= c && c <= 'z' || notation.IsDigit(c) || c == '-'
}

func isProjectID(id []byte) bool {
	return minProjectID <= len(id) && len(id) <= maxProjectID && 'a' <= id[0] && id[0] <= 'z' && id[len(id)-1] != '-' &&
		notation.Run(id, 0, len(id), isProjectIDByte) == len(id)
}

// projectIDAt returns the end of the project ID that begins at text[start] and
// is no part of a longer word.
func projectIDAt(text []byte, start int) (end int, ok bool) {
	end = notation.Run(text, start, maxProjectID+1, isProjectIDByte)
	return end, isProjectID(text[start:end]) && notation.Ends(text, end)
}

// projectIDBefore returns the start of the project ID that ends before
// text[end].
func projectIDBefore(text []byte, end int) (start int, ok bool) {
	start = end
	for start > 0 && end-start <= maxProjectID+1 && isProjectIDByte(text[start-1]) {
		start--
	}
	start = notation.AfterEscape(text, start)
	return start, start < end && isProjectID(text[start:end]) && notation.Starts(text, start)
}

// project makes the match for a project ID.
func project(text []byte, start, end int, confidence float64, evidence string) detect.Match {
	id := text[start:end]
	m := detect.Match{
		Rule: projectIDRule, Start: start, End: end, Confidence: confidence,
		Evidence: []string{evidence, "has the form of a project ID"},
	}
	switch {
	case published(string(id)):
		m.Class = finding.Vendor
	case standsIn(string(id)):
		m.Class = finding.Sample
	}
	return m
}

// pathProject makes the match for a project ID in a path. IDs are unique in the
// world, so that a single word is hardly ever one: in paths, which documentation
// and tests are full of, it says nothing unless a surer place names it too.
func pathProject(text []byte, start, end int, confidence float64, evidence string) detect.Match {
	if !bytes.ContainsAny(text[start:end], "-0123456789") {
		confidence = weak
	}
	return project(text, start, end, confidence, evidence)
}

// standsIn reports whether a project ID stands in for one. It says whose it is not (my-…, or
// the company's of examples), it
// is a region's name, it calls itself a project and little else (victim-project), its number
// was counted (quiet-lake-12345; Google gives out random ones), or it is made of nothing but
// words that stand in for others (gcp-test-project-123). Projects called demo-… exist in
// Firebase's emulators only (https://firebase.google.com/docs/emulator-suite/connect_firestore).
func standsIn(id string) bool {
	for _, prefix := range [...]string{"my-", "your-", "their-", "our-", "some-", "demo-", "acme-"} {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	said := placeholder.Words(id)
	return said.Whole || strings.Contains(id, "project-id") || strings.Contains(id, "example") || region([]byte(id)) == len(id) ||
		callsItself(id, said) || placeholder.HoldsCounted(id, countedDigits)
}

// countedDigits is the length from which a number in an ID is Google's, and random.
const countedDigits = 5

// callsItself reports whether an ID says that it is a project, and nothing of whose but one
// word.
func callsItself(id string, said placeholder.Phrase) bool {
	return (strings.HasSuffix(id, "-project") || strings.HasPrefix(id, "project-")) && said.Unknown <= 1 && !strings.ContainsAny(id, "0123456789")
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

// published reports whether a project is Google's or another vendor's and its
// resources are there for everybody: public images, data sets, registries
// (https://cloud.google.com/compute/docs/images/os-details lists the images').
func published(id string) bool {
	if publicProjects[id] || serviceProjects[id] {
		return true
	}
	for _, prefix := range publicPrefixes {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

var publicPrefixes = []string{"k8s-staging-", "k8s-artifacts-", "gcp-sa-", "kubernetes-"}

var publicProjects = set(`
	publicdata etcd-development bazel-public go-containerregistry k8s-testimages spinnaker-community cloud-devrel-public-resources
	cloud-sdk-librarian-prod chrome-ux-report githubarchive fh-bigquery agones-images almalinux-cloud backports-debian-cloud bigquery-public-data bigquery-samples centos-cloud cloud-builders cloud-marketplace
	cloud-sdk-release cloud-ops-agents-artifacts cloudrun-integrations cloud-ml-algos cloud-sql-connectors
	cloudsql-docker dataflow-templates-base gapic-images goog-analysis stackdriver-agents
	click-to-deploy-images cloud-hpc-image-public cloud-solutions-images cloudrun container-images cos-cloud coreos-cloud
	debian-cloud deeplearning-platform-release distroless endpoints-release fedora-cloud fedora-coreos-cloud freebsd-org-cloud-dev gce-uefi-images
	gcp-data-public-landsat gcp-public-data-landsat gcp-public-data-sentinel-2 gcr-cleaner gke-release gke-node-images
	google-appengine google-cloud-sdk google-containers google-samples google_containers google.com googlecloudsdk
	cloudsdktool config-management-release istio-release istio-testing k8s-authenticated-test k8s-minikube k8s-prow k8s-skaffold kaggle-images kaniko-project
	knative-releases ml-pipeline ml-images opensuse-cloud oracle-linux-cloud projectsigstore rhel-cloud rhel-sap-cloud
	rocky-linux-cloud spark-operator suse-byos-cloud suse-cloud suse-sap-cloud tekton-releases tensorflow-serving ubuntu-os-cloud
	ubuntu-os-pro-cloud windows-cloud windows-sql-cloud cloud-spanner-emulator vertex-ai cloud-aiplatform dataflow-templates
	gvisor-presubmit cloudtrace-metadata-server serverless-runtimes buildpacks paketo-buildpacks google-cloud-samples
`)

// serviceProjects are those whose service accounts Google runs for its
// customers' projects (https://cloud.google.com/iam/docs/service-agents).
var serviceProjects = set(`
	bigquery-encryption cloud-cdn-fill cloud-filer cloud-memcache-sa cloud-ml cloud-redis cloud-tpu cloudcomposer-accounts
	cloudscheduler compute-system container-analysis container-engine-robot containerregistry dataflow-service-producer-prod
	dataproc-accounts dlp-api endpoints-portal firebase-rules firebase-sa-management gae-api-prod gcf-admin-robot
	gcp-gae-service genomics-api gs-project-accounts monitoring-notification remotebuildexecution security-center-api
	serverless-robot-prod service-networking service-consumer-management sourcerepo-service-accounts storage-transfer-service
	trifacta-gcloud-prod
`)

// about holds the words of which one stands near what belongs to Google Cloud.
var about = []string{
	"googleapis", "gserviceaccount", "google_", `"google"`, "gcloud", "google cloud", "google-cloud", "googlecloud", "cloud.google.com",
	"google.cloud", "bigquery", "firebase", "firestore", "gcp", "gke", "service_account", "gcr.io", "docker.pkg.dev",
	"accounts.google.com", "mobilesdk_app_id", "bq query", "bq mk", "bq load", "bq ls", "bq show", "bq cp", "bq extract",
	// Regions, which other clouds write otherwise: eu-west-1, westeurope.
	"europe-west", "europe-north", "us-central1", "us-east1", "us-east4", "us-west1", "us-west2", "us-west4", "asia-east1", "asia-northeast1",
	"asia-south1", "asia-southeast1", "australia-southeast1", "northamerica-northeast", "southamerica-east1",
}

// aboutReach is how far from a bare name such a word may stand.
const aboutReach = 1 << 10

func aboutGoogle(text []byte, start, end int) string {
	return notation.Near(text, start, end, aboutReach, about...)
}

// line returns the part of a window's line that may say something about a
// position in it: lines of minified files are cut.
func line(w *detect.Window, at int) []byte {
	const most = 400
	start, end := w.Line(at)
	return w.Text[max(start, at-most):min(end, at+most)]
}

func onLine(w *detect.Window, at int, words ...string) bool {
	l := notation.Lower(line(w, at))
	for _, word := range words {
		if bytes.Contains(l, []byte(word)) {
			return true
		}
	}
	return false
}
