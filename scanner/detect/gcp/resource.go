package gcp

import (
	"bytes"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Numbers of projects have up to 13 digits, those of organisations and folders
// 10 to 13.
const (
	minProjectNumber = 6
	longNumber       = 10
	maxNumber        = 13
)

// collections are the resources that stand below a project in Google Cloud and
// below nothing else that is called projects.
var collections = set(`
	locations zones regions global serviceAccounts topics subscriptions datasets keyRings metricDescriptors managedZones
	notificationChannels alertPolicies attestors sinks traces aggregated uptimeCheckConfigs monitoredResourceDescriptors
	timeSeries androidApps iosApps webApps brands agent databases logs secrets _default snapshots
`)

// nameReach is enough to see whether a name begins or ends somewhere.
const nameReach = 12

// projectResource decides over projects/X, X being a number or an ID.
func projectResource(w *detect.Window, report func(detect.Match)) {
	if !resourceStarts(w.Text, w.Start) {
		return
	}
	w.Look(0, maxProjectID+nameReach)
	number, end := digitsAt(w.Text, w.End)
	if !number {
		var ok bool
		if end, ok = projectIDAt(w.Text, w.End); !ok {
			return
		}
	}
	end += w.LookAll()
	if number {
		projectNumberResource(w, end, report)
		return
	}
	collection := string(segment(w.Text, end))
	switch {
	case collections[collection]:
		report(pathProject(w.Text, w.End, end, 0.9, "named in the resource name projects/…/"+collection))
	case collection != "" && onLine(w, w.Start, "googleapis.com", "google_"):
		report(pathProject(w.Text, w.End, end, 0.8, "named in a resource name of a Google API"))
	case collection == "" && onLine(w, w.Start, "googleapis.com/projects", "resourcemanager", "googleapis.com/v1/projects", "googleapis.com/v3/projects"):
		report(pathProject(w.Text, w.End, end, 0.8, "named in a resource name of the Resource Manager"))
	case collection == "" && delimited(w.Text, w.Start, end) && aboutGoogle(w.Text, w.Start, end) != "":
		report(project(w.Text, w.End, end, weak, "projects/… as a whole value"))
	}
}

func projectNumberResource(w *detect.Window, end int, report func(detect.Match)) {
	digits := w.Text[w.End:end]
	if len(digits) < minProjectNumber || len(digits) > maxNumber {
		return
	}
	collection := string(segment(w.Text, end))
	long := len(digits) >= longNumber
	switch {
	case collections[collection]:
		report(projectNumber(w.Text, w.End, end, 0.95, "digits in the resource name projects/…/"+collection))
	case onLine(w, w.Start, "googleapis.com", "gserviceaccount"):
		report(projectNumber(w.Text, w.End, end, 0.85, "digits behind projects/ in a resource name of a Google API"))
	case long && aboutGoogle(w.Text, w.Start, end) != "":
		report(projectNumber(w.Text, w.End, end, 0.7, "digits behind projects/ near words of Google Cloud"))
	}
}

// projectNumber makes the match for a project number.
func projectNumber(text []byte, start, end int, confidence float64, evidence string) detect.Match {
	return number(projectNumberRule, text, start, end, confidence, evidence)
}

func number(rule *finding.Rule, text []byte, start, end int, confidence float64, evidence string) detect.Match {
	m := detect.Match{Rule: rule, Start: start, End: end, Confidence: confidence, Evidence: []string{evidence}}
	if placeholder.Number(text[start:end]) {
		m.Class = finding.Sample
	}
	return m
}

// organizationResource decides over organizations/X.
func organizationResource(w *detect.Window, report func(detect.Match)) {
	numbered(organizationRule, "organizations/", w, report)
}

// folderResource decides over folders/X.
func folderResource(w *detect.Window, report func(detect.Match)) {
	numbered(folderRule, "folders/", w, report)
}

func numbered(rule *finding.Rule, what string, w *detect.Window, report func(detect.Match)) {
	isNumber, end := digitsAt(w.Text, w.End)
	n := end - w.End
	if !isNumber || n < longNumber || n > maxNumber || !resourceStarts(w.Text, w.Start) {
		return
	}
	switch {
	case onLine(w, w.Start, "googleapis.com", "google_", "gcloud"):
		report(number(rule, w.Text, w.End, end, 0.95, "digits behind "+what+" in a resource name of Google Cloud"))
	case aboutGoogle(w.Text, w.Start, end) != "":
		report(number(rule, w.Text, w.End, end, 0.85, "digits behind "+what+" near words of Google Cloud"))
	case delimited(w.Text, w.Start, end):
		report(number(rule, w.Text, w.End, end, 0.6, "digits behind "+what+" as a whole value"))
	}
}

// digitsAt reports whether a number stands at text[at], and where it ends.
func digitsAt(text []byte, at int) (bool, int) {
	end := notation.Run(text, at, maxNumber+1, notation.IsDigit)
	return end > at && notation.Ends(text, end) && !(end < len(text) && (text[end] == '-' || text[end] == '.') && !notation.Ends(text, end+1)), end
}

// resourceStarts reports whether a resource name may begin at text[i]: not in the
// middle of a word.
func resourceStarts(text []byte, i int) bool {
	return notation.Starts(text, i) && (i == 0 || text[i-1] != '-' && text[i-1] != '.')
}

// segment returns the next part of the path at text[at], which may be escaped.
func segment(text []byte, at int) []byte {
	for _, slash := range [...]string{"/", `\/`, "%2F", "%2f"} {
		if bytes.HasPrefix(text[at:], []byte(slash)) {
			start := at + len(slash)
			return text[start:notation.Run(text, start, 40, notation.IsWord)]
		}
	}
	return nil
}

// delimited reports whether text[start:end] is all that its quotes hold, or its
// line.
func delimited(text []byte, start, end int) bool {
	open := start == 0 || bytes.IndexByte([]byte("\"'` =\n"), text[start-1]) >= 0
	return open && (end >= len(text) || bytes.IndexByte([]byte("\"'`\\ ,\r\n"), text[end]) >= 0)
}

// registry decides over the path behind a container registry's host, which
// begins with the project.
func registry(w *detect.Window, report func(detect.Match)) {
	if w.Text[w.Start] == 'g' && !registryHost(w.Text[:w.Start]) {
		return
	}
	end, ok := projectIDAt(w.Text, w.End)
	if !ok || end >= len(w.Text) || w.Text[end] != '/' || end+1 >= len(w.Text) || !notation.IsAlnum(w.Text[end+1]) && w.Text[end+1] != '$' && w.Text[end+1] != '{' {
		return
	}
	m := pathProject(w.Text, w.End, end, 0.75, "project in the path of a container image")
	image := notation.Run(w.Text, end+1, 100, func(c byte) bool { return isProjectIDByte(c) || c == '_' || c == '.' })
	if m.Class == "" && ownImage(string(w.Text[w.End:end]), string(w.Text[end+1:image])) {
		m.Class = finding.Vendor
		m.Evidence = append(m.Evidence, "a project for images, or named after the image: what is published under it is public")
	}
	report(m)
}

// ownImage reports whether a project publishes images for everybody: it calls itself after
// images or releases, or after the very image, and is of no environment.
func ownImage(project, image string) bool {
	words := strings.Split(project, "-")
	for _, w := range words {
		switch w {
		case "prod", "production", "dev", "stg", "stage", "staging", "test", "qa", "internal", "private":
			return false
		}
	}
	if strings.ContainsAny(project, "0123456789") {
		return false
	}
	switch words[len(words)-1] {
	case "images", "image", "releases", "release", "artifacts", "containers", "public", "registry":
		return true
	}
	return len(image) >= minProjectID && (slices.Contains(words, image) || strings.HasPrefix(image, project) || strings.HasPrefix(image, words[0]) && len(words[0]) >= minProjectID)
}

// registryHost reports whether the host that ends with gcr.io behind before is one
// whose paths begin with a project. Mirrors and vanity names have their own.
func registryHost(before []byte) bool {
	label := len(before)
	for label > 0 && (isProjectIDByte(before[label-1]) || before[label-1] == '.') {
		label--
	}
	switch string(before[notation.AfterEscape(before, label):]) {
	case "", "us.", "eu.", "asia.":
		return true
	}
	return false
}

// hostOf makes the decision over a project ID in front of a host's suffix.
func hostOf(what string, confidence float64) func(*detect.Window, func(detect.Match)) {
	return func(w *detect.Window, report func(detect.Match)) {
		start, ok := projectIDBefore(w.Text, w.Start)
		if !ok || !notation.Ends(w.Text, w.End) {
			return
		}
		if i := bytes.LastIndex(w.Text[start:w.Start], []byte("-dot-")); i >= 0 {
			start += i + len("-dot-")
		}
		if start > 0 && w.Text[start-1] == '.' || !isProjectID(w.Text[start:w.Start]) {
			return
		}
		report(project(w.Text, start, w.Start, confidence, what))
	}
}

// longestRegion is how far region looks.
const longestRegion = 40

// region returns how many bytes of s a region's name takes: europe-west1.
func region(s []byte) int {
	for _, area := range [...]string{"us", "europe", "asia", "northamerica", "southamerica", "australia", "me", "africa"} {
		if !bytes.HasPrefix(s, []byte(area+"-")) {
			continue
		}
		i := notation.Run(s, len(area)+1, 12, func(c byte) bool { return 'a' <= c && c <= 'z' })
		end := notation.Run(s, i, 2, notation.IsDigit)
		if i > len(area)+1 && end > i {
			return end
		}
	}
	return 0
}

// functionsHost decides over REGION-PROJECT.cloudfunctions.net.
func functionsHost(w *detect.Window, report func(detect.Match)) {
	start := w.Start
	for start > 0 && w.Start-start < 63 && isProjectIDByte(w.Text[start-1]) {
		start--
	}
	n := region(w.Text[start:w.Start])
	if n == 0 || start+n >= w.Start || w.Text[start+n] != '-' || !isProjectID(w.Text[start+n+1:w.Start]) {
		return
	}
	report(project(w.Text, start+n+1, w.Start, 0.85, "project in the host of a Cloud Function"))
}

// runHost decides over SERVICE-NUMBER.REGION.run.app.
func runHost(w *detect.Window, report func(detect.Match)) {
	label := w.Start
	for label > 0 && w.Start-label < 30 && isProjectIDByte(w.Text[label-1]) {
		label--
	}
	if label == 0 || w.Text[label-1] != '.' || region(w.Text[label:w.Start]) != w.Start-label {
		return
	}
	end := label - 1
	start := end
	for start > 0 && notation.IsDigit(w.Text[start-1]) {
		start--
	}
	if n := end - start; n < longNumber || n > maxNumber || start == 0 || w.Text[start-1] != '-' {
		return
	}
	report(projectNumber(w.Text, start, end, 0.85, "digits in the host of a Cloud Run service"))
}

// clusterContext decides over gke_PROJECT_ZONE_CLUSTER, as gcloud calls the
// contexts it writes for kubectl.
func clusterContext(w *detect.Window, report func(detect.Match)) {
	end := notation.Run(w.Text, w.End, maxProjectID+1, isProjectIDByte)
	if !notation.Starts(w.Text, w.Start) || end >= len(w.Text) || w.Text[end] != '_' || !isProjectID(w.Text[w.End:end]) || region(w.Text[end+1:]) == 0 {
		return
	}
	report(project(w.Text, w.End, end, 0.9, "project in the name of a cluster's context"))
}

// sqlInstance decides over PROJECT:REGION:INSTANCE, the connection name of a
// Cloud SQL instance.
func sqlInstance(w *detect.Window, report func(detect.Match)) {
	n := region(w.Text[w.Start+1:])
	if n == 0 {
		return
	}
	w.LookAll()
	instance := w.Start + 1 + n
	if instance+1 >= len(w.Text) || w.Text[instance] != ':' || !('a' <= w.Text[instance+1] && w.Text[instance+1] <= 'z') {
		return
	}
	start, ok := projectIDBefore(w.Text, w.Start)
	if !ok || start > 0 && (w.Text[start-1] == ':' || w.Text[start-1] == '.') {
		return
	}
	report(project(w.Text, start, w.Start, 0.75, "project in the connection name of a Cloud SQL instance"))
}

// firebaseApp decides over 1:NUMBER:web:HEX, the ID of a Firebase app.
func firebaseApp(w *detect.Window, report func(detect.Match)) {
	start := w.Start
	for start > 0 && notation.IsDigit(w.Text[start-1]) && w.Start-start <= maxNumber {
		start--
	}
	n := w.Start - start
	if n < minProjectNumber || n > maxNumber || start < 2 || string(w.Text[start-2:start]) != "1:" || !notation.Starts(w.Text, start-2) {
		return
	}
	if notation.Run(w.Text, w.End, 12, notation.IsHex)-w.End < 12 {
		return
	}
	report(projectNumber(w.Text, start, w.Start, 0.9, "digits in the ID of a Firebase app"))
}
