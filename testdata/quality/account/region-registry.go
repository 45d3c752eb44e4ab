package ecr

// registries of the add-ons by region
var registry = map[string]string{
	"us-east-1":      "«account»",
	"ap-northeast-3": "«account»",
	"us-gov-west-1":  "«account»",
}
