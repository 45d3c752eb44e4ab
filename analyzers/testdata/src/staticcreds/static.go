// Package staticcreds shows keys in code, and such that are not.
package staticcreds

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	v1 "github.com/aws/aws-sdk-go/aws/credentials"
)

// secret has the shape of a key, put together so that none stands here.
const secret = "abcdefghij0123456789" + "ABCDEFGHIJ+/01234567"

func constants() {
	credentials.NewStaticCredentialsProvider("id", secret, "") // want `long-lived AWS credentials`
	v1.NewStaticCredentials("id", secret, "")                  // want `long-lived AWS credentials`
}

func elsewhere(given string) {
	credentials.NewStaticCredentialsProvider("id", given, "")
	credentials.NewStaticCredentialsProvider("id", "MockStaticSecretKey", "")
	credentials.NewStaticCredentialsProvider(os.Getenv("ID"), os.Getenv("SECRET"), "")
	credentials.NewStaticCredentialsProvider("test", "test", "") // a local stack
}
