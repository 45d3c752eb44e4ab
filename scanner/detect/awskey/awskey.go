package awskey

import (
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector of AWS credentials. It holds no state and compiles
// nothing.
func New() detect.Detector {
	return detect.Table(rules,
		detect.At(keyID, "AKIA", "ASIA", "ABIA"),
		detect.At(encodedKeyID, "QUtJQ", "QVNJQ"), // base64 of AKIA and ASIA, as in Kubernetes secrets

		detect.At(uniqueID, "ACCA", "AGPA", "AIDA", "AIPA", "ANPA", "ANVA", "APKA", "AROA", "ASCA"),

		detect.AtAnyCase(namedSecret, "secret").Within(0, 0),

		detect.At(formedToken, "oJb3JpZ2luX2Vj", "oGZXIvYXdz", "oDYXdz"),
		detect.AtAnyCase(namedToken, "session_token", "sessiontoken", "security_token", "security-token").Within(0, 0),

		detect.AtAnyCase(presignedV4, "X-Amz-Signature"),
		detect.AtAnyCase(presignedV2, "AWSAccessKeyId"),
		detect.AtAnyCase(signinToken, "SigninToken"),

		detect.At(bedrockLongTerm, "ABSK"),
		detect.At(bedrockShortTerm, "bedrock-api-key-"),
		detect.At(appSyncKey, "da2-"),
		detect.AtAnyCase(mwsToken, "amzn.mws."),
		detect.At(sellingPartnerSecret, "amzn1.oa2-cs.v1."),
	)
}

var rules = []*finding.Rule{
	AccessKeyID, SecretAccessKey, SessionToken, PresignedURL, SigninToken,
	BedrockAPIKey, AppSyncAPIKey, MWSToken, SellingPartnerSecret, UniqueID,
}
