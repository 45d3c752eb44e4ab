// Package all lists the built-in detectors.
package all

import (
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/awskey"
	"github.com/deputy-sec/deputy/scanner/detect/azure"
	"github.com/deputy-sec/deputy/scanner/detect/credential"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/externalid"
	"github.com/deputy-sec/deputy/scanner/detect/gcp"
	"github.com/deputy-sec/deputy/scanner/detect/privatekey"
	"github.com/deputy-sec/deputy/scanner/detect/token"
)

// Family is a detector and the shapes of the values in its examples.
type Family struct {
	Detector detect.Detector
	Shapes   map[string]example.Shape
}

// Families returns every built-in detector, those of AWS first.
func Families() []Family {
	return []Family{
		{awsaccount.New(), nil},
		{awskey.New(), awskey.Shapes},
		{externalid.New(), externalid.Shapes},
		{gcp.New(), nil},
		{azure.New(), nil},
		{privatekey.New(), nil},
		{token.New(), nil},
		{token.NewJWT(), nil},
		{token.NewURL(), nil},
		{token.NewBasic(), nil},
		{token.NewCurl(), nil},
		{credential.New(), nil},
	}
}

// Detectors returns the detectors of all families.
func Detectors() []detect.Detector {
	var out []detect.Detector
	for _, f := range Families() {
		out = append(out, f.Detector)
	}
	return out
}
