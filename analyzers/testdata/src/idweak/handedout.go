package idweak

import (
	"context"
	"crypto/subtle"
	"errors"
	"math/rand"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/uuid"
)

// What a customer has to enter is handed out before: it is an External ID, too, since
// the one that comes back is compared with it.

type account struct {
	Role string
	Word string
}

type signup struct {
	Name  string
	Next  string
	Offer string
	Token string
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

func predictableText() string {
	var b [40]byte
	for i := range b {
		b[i] = alphabet[rand.Intn(len(alphabet))]
	}
	return string(b[:]) // want `signup.Next is made by math/rand`
}

func handOut(s *signup) {
	s.Next = predictableText()
	s.Offer = uuid.NewString()
	s.Token = uuid.NewString()
}

func connect(ctx context.Context, c *sts.Client, a account, s signup) error {
	if a.Word != s.Next {
		return errors.New("not the External ID that was handed out")
	}
	if subtle.ConstantTimeCompare([]byte(a.Word), []byte(s.Offer)) != 1 || strings.EqualFold(s.Name, s.Token) {
		return errors.New("not the External ID that was offered")
	}
	_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &a.Role, ExternalId: &a.Word})
	return err
}

// The example in an API's description is nobody's External ID.

type connectBody struct{ RoleARN, ExternalID string }

type description struct{ Example any }

type routes []any

func describe() routes {
	return routes{description{connectBody{"arn:aws:iam::123456789012:role/example", "example-of-an-id"}}}
}

func connectWithLiteral(send func(any)) {
	send(connectBody{RoleARN: "arn:aws:iam::123456789012:role/example", ExternalID: "acme"}) // want `is a literal`
}
