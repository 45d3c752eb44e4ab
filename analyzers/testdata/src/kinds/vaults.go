package kinds

import (
	"context"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"kinds/settings"
)

// What decrypts and points to texts does so for others, too.

type sealedRole struct{ Role, Handshake, Token string }

func unsealed(ctx context.Context, c *sts.Client, v settings.Vault, s sealedRole) error {
	id, err := v.Decrypt(s.Handshake)
	if err != nil {
		return err
	}
	_, err = c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: settings.Ptr(s.Role), ExternalId: settings.Ptr(id)})
	log.Println("assumed with", id) // want `External ID logged`
	return err
}

func unsealedToken(v settings.Vault, s sealedRole) {
	token, err := v.Decrypt(s.Token)
	log.Println("token", *settings.Ptr(token), *settings.Ptr(s.Role), err)
}

type opened struct{ Role, Handshake string }

func pointedTo(ctx context.Context, c *sts.Client, o opened) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &o.Role, ExternalId: settings.Ptr(o.Handshake)})
}

func pointedToElsewhere(o opened) {
	log.Println("opened", o.Role)
	log.Println("opened", o.Handshake) // want `External ID logged`
}
