package kinds

import (
	"context"
	"encoding/json"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An element of a map that reaches STS is an External ID in the map.

type task struct {
	RunID int
	AWS   map[string]string
}

func runTask(ctx context.Context, c *sts.Client, t task) {
	role, handshake := t.AWS["role"], t.AWS["handshake"]
	log.Printf("run %d in %s", t.RunID, t.AWS["region"])
	log.Printf("run %d with %v", t.RunID, t.AWS) // want `External ID logged`
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &handshake})
}

func runPayload(ctx context.Context, c *sts.Client, raw []byte) error {
	payload := map[string]any{}
	if err := json.Unmarshal(raw, &payload); err != nil {
		return err
	}
	role, _ := payload["role"].(string)
	handshake, _ := payload["handshake"].(string)
	_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &handshake})
	log.Println("assumed", payload["role"], err)
	log.Println("assumed", payload) // want `External ID logged`
	return err
}

func runWithout(ctx context.Context, c *sts.Client, t task, handshake string) {
	role := t.AWS["role"]
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &handshake})
	log.Printf("run %d with %v", t.RunID, t.AWS)
}
