package awskey

import (
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector of AWS credentials. It holds no state and compiles
// nothing.
func New() detect.Detector { return detector{} }

type detector struct{}

// form is a trigger and what is looked for around it.
type form struct {
	trigger detect.Trigger
	detect  func(w *detect.Window, report func(detect.Match))
}

// forms is the table of all that the package looks for.
var forms = []form{
	{detect.Trigger{Literal: "AKIA"}, keyID},
	{detect.Trigger{Literal: "ASIA"}, keyID},
	{detect.Trigger{Literal: "ABIA"}, keyID},
	{detect.Trigger{Literal: "QUtJQ"}, encodedKeyID}, // base64 of AKIA, as in Kubernetes secrets
	{detect.Trigger{Literal: "QVNJQ"}, encodedKeyID}, // base64 of ASIA

	{detect.Trigger{Literal: "ACCA"}, uniqueID},
	{detect.Trigger{Literal: "AGPA"}, uniqueID},
	{detect.Trigger{Literal: "AIDA"}, uniqueID},
	{detect.Trigger{Literal: "AIPA"}, uniqueID},
	{detect.Trigger{Literal: "ANPA"}, uniqueID},
	{detect.Trigger{Literal: "ANVA"}, uniqueID},
	{detect.Trigger{Literal: "APKA"}, uniqueID},
	{detect.Trigger{Literal: "AROA"}, uniqueID},
	{detect.Trigger{Literal: "ASCA"}, uniqueID},

	{detect.Trigger{Literal: "secret", Fold: true}, namedSecret},

	{detect.Trigger{Literal: "oJb3JpZ2luX2Vj"}, formedToken},
	{detect.Trigger{Literal: "oGZXIvYXdz"}, formedToken},
	{detect.Trigger{Literal: "oDYXdz"}, formedToken},
	{detect.Trigger{Literal: "session_token", Fold: true}, namedToken},
	{detect.Trigger{Literal: "sessiontoken", Fold: true}, namedToken},
	{detect.Trigger{Literal: "security_token", Fold: true}, namedToken},
	{detect.Trigger{Literal: "security-token", Fold: true}, namedToken},

	{detect.Trigger{Literal: "X-Amz-Signature", Fold: true}, presignedV4},
	{detect.Trigger{Literal: "AWSAccessKeyId", Fold: true}, presignedV2},
	{detect.Trigger{Literal: "SigninToken", Fold: true}, signinToken},

	{detect.Trigger{Literal: "ABSK"}, bedrockLongTerm},
	{detect.Trigger{Literal: "bedrock-api-key-"}, bedrockShortTerm},
	{detect.Trigger{Literal: "da2-"}, appSyncKey},
	{detect.Trigger{Literal: "amzn.mws.", Fold: true}, mwsToken},
	{detect.Trigger{Literal: "amzn1.oa2-cs.v1."}, sellingPartnerSecret},
}

// Rules implements detect.Detector.
func (detector) Rules() []*finding.Rule {
	return []*finding.Rule{
		AccessKeyID, SecretAccessKey, SessionToken, PresignedURL, SigninToken,
		BedrockAPIKey, AppSyncAPIKey, MWSToken, SellingPartnerSecret, UniqueID,
	}
}

// Triggers implements detect.Detector.
func (detector) Triggers() []detect.Trigger {
	triggers := make([]detect.Trigger, len(forms))
	for i, f := range forms {
		triggers[i] = f.trigger
	}
	return triggers
}

// Detect implements detect.Detector.
func (detector) Detect(w *detect.Window, report func(detect.Match)) {
	forms[w.Trigger].detect(w, report)
}
