package accounts

import "github.com/aws/aws-sdk-go-v2/aws"

const (
	loggingAccount = "«account»"
	maxBytes       = 109951162777
)

var trusted = []string{
	"«account»",
	"«account»",
}

func input() *organizations.DescribeAccountInput {
	return &organizations.DescribeAccountInput{AccountId: aws.String("«account»")}
}
