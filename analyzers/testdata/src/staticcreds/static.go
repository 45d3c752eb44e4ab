// Package staticcreds shows keys in code, and such that are not.
package staticcreds

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	v1 "github.com/aws/aws-sdk-go/aws/credentials"
)

func constants() {
	credentials.NewStaticCredentialsProvider("id", "not so secret any more", "") // want `long-lived AWS credentials`
	v1.NewStaticCredentials("id", "not so secret any more", "")                  // want `long-lived AWS credentials`
}

func elsewhere(secret string) {
	credentials.NewStaticCredentialsProvider("id", secret, "")
	credentials.NewStaticCredentialsProvider(os.Getenv("ID"), os.Getenv("SECRET"), "")
	credentials.NewStaticCredentialsProvider("test", "test", "") // a local stack
}
