package externalid

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// What is known of libraries and of the words of projects; the walk is in discover.go.

// fieldSinks are the fields that STS receives as the External ID. The SDKs' own
// documentation is the source: AssumeRole's ExternalId and the options built on it.
var fieldSinks = map[string]string{
	"github.com/aws/aws-sdk-go-v2/service/sts.AssumeRoleInput.ExternalId":              "AssumeRoleInput.ExternalId",
	"github.com/aws/aws-sdk-go/service/sts.AssumeRoleInput.ExternalId":                 "AssumeRoleInput.ExternalId",
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds.AssumeRoleOptions.ExternalID":   "stscreds.AssumeRoleOptions.ExternalID",
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds.AssumeRoleProvider.ExternalID": "stscreds.AssumeRoleProvider.ExternalID",
}

// baseModule is HashiCorp's layer, whose types moved between its major versions.
const baseModule = "github.com/hashicorp/aws-sdk-go-base"

// fieldSink is the STS field a key names.
func fieldSink(key string) (string, bool) {
	if s, ok := fieldSinks[key]; ok {
		return s, true
	}
	if strings.HasPrefix(key, baseModule) && (strings.HasSuffix(key, ".ExternalID") || strings.HasSuffix(key, ".AssumeRoleExternalID")) {
		return "aws-sdk-go-base's ExternalID", true
	}
	return "", false
}

// setters hand their only argument to STS.
var setters = map[string]string{
	"github.com/aws/aws-sdk-go/service/sts.AssumeRoleInput.SetExternalId": "AssumeRoleInput.ExternalId",
}

// conditionKey is the policy condition that holds an External ID.
const conditionKey = "sts:ExternalId"

// same are functions whose result is their argument in another dress: index of the
// argument, the receiver counted.
var same = map[string]int{
	"github.com/aws/aws-sdk-go-v2/aws.String": 0, "github.com/aws/aws-sdk-go-v2/aws.ToString": 0,
	"github.com/aws/aws-sdk-go/aws.String": 0, "github.com/aws/aws-sdk-go/aws.StringValue": 0,
	"strings.TrimSpace": 0, "strings.Clone": 0, "strings.ToLower": 0, "strings.ToUpper": 0, "strings.Trim": 0,
	"strings.TrimPrefix": 0, "strings.TrimSuffix": 0,
	"k8s.io/utils/ptr.To": 0, "k8s.io/utils/ptr.Deref": 0, "k8s.io/utils/pointer.String": 0, "k8s.io/utils/pointer.StringDeref": 0,
	"github.com/samber/lo.ToPtr": 0, "github.com/samber/lo.FromPtr": 0, "github.com/AlekSi/pointer.To": 0,
	"google.golang.org/protobuf/proto.String": 0,
}

// unwrap are methods that give the text inside a wrapper; the receiver is followed.
var unwrap = []string{"ValueString", "ValueStringPointer", "GetValue", "Value", "String", "Reveal", "Expose", "Unwrap", "AsString", "Secret", "Get", "Plaintext"}

// equalities are functions that compare their arguments.
var equalities = map[string]bool{"strings.EqualFold": true, "crypto/subtle.ConstantTimeCompare": true, "bytes.Equal": true, "crypto/hmac.Equal": true}

// ownable keeps the marks out of packages that nobody wrote for this purpose.
func ownable(key string) bool {
	first, _, _ := strings.Cut(key, ".")
	return !program.IsStd(first) && !strings.HasPrefix(key, "github.com/aws/") && !strings.HasPrefix(key, "google.golang.org/")
}

// generic are field names of structs that hold anything: a mark on them would
// spread to everything they ever hold.
func generic(name string) bool {
	return slices.Contains(generics, strings.ToLower(name))
}

// finds are words that names of functions begin with whose result is not what they are
// given: they look it up, make something new, or hide it.
var finds = []string{"get", "find", "lookup", "fetch", "load", "read", "resolve", "query", "select", "env", "must", "generate", "new", "hash", "mask"}

var generics = []string{"value", "val", "data", "string", "str", "text", "raw", "body", "content", "payload", "message", "msg", "key", "s", "v", "elem", "item"}

// textWrappers are structs that are one text value to the eye.
var textWrappers = map[string]bool{
	"database/sql.NullString": true, "google.golang.org/protobuf/types/known/wrapperspb.StringValue": true,
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes.StringValue": true,
	"github.com/google/uuid.UUID": true, "gopkg.in/guregu/null.v4.String": true, "github.com/guregu/null.String": true,
	"github.com/jackc/pgx/v5/pgtype.Text": true, "github.com/jackc/pgtype.Text": true, "github.com/volatiletech/null/v8.String": true,
}

// choices are functions whose result is one of their arguments.
var choices = map[string]bool{"cmp.Or": true, "github.com/samber/lo.CoalesceOrEmpty": true}
