package kinds

import (
	"context"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"kinds/settings"
)

// A helper that is told what to get gets other things, too.

const (
	roleLabel       = "control_role_arn"
	externalIDLabel = "control_external_id"
)

type machine struct{ GPU, Size string }

var sizes = map[string]machine{"small": {GPU: "none"}, "large": {GPU: "two"}}

func label(labels map[string]string, key, fallback string) string {
	if v := strings.TrimSpace(labels[key]); v != "" {
		return v
	}
	return fallback
}

func control(labels map[string]string) (role, id string) {
	return label(labels, roleLabel, ""), label(labels, externalIDLabel, "")
}

func controlled(ctx context.Context, c *sts.Client, labels map[string]string) {
	role, id := control(labels)
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: aws.String(id)})
	log.Println("controlled by", role, label(labels, "gpu", sizes["small"].GPU))
	log.Println("controlled by", id) // want `External ID logged`
}

func fromSettings(ctx context.Context, c *sts.Client, role string) {
	id := settings.Get("EXTERNAL_ID", "")
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: aws.String(id)})
	log.Println("in", settings.Get("REGION", "eu-west-1"))
	log.Println("with", id) // want `External ID logged`
}
