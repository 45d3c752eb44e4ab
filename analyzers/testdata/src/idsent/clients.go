// Package idsent shows External IDs that leave in requests, and such that do not.
package idsent

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type integration struct{ ID, RoleARN, ExternalID string }

func inURL(in integration) {
	http.Get("https://example.com/?x=" + url.QueryEscape(in.ExternalID)) // want `External ID sent`
	http.Get("https://example.com/?x=" + url.QueryEscape(in.ID))
}

func inBody(ctx context.Context, in integration) {
	b, _ := json.Marshal(in)
	req, _ := http.NewRequestWithContext(ctx, "POST", "https://example.com", bytes.NewReader(b)) // want `External ID sent`
	http.DefaultClient.Do(req)
}

func inForm(in integration) {
	v := url.Values{}
	v.Set("external_id", in.ExternalID)
	http.PostForm("https://example.com", v) // want `External ID sent`
}

func inHeader(in integration) {
	req, _ := http.NewRequest("GET", "https://example.com", nil)
	req.Header.Set("X-ID", in.ID)
	req.Header.Set("X-External-ID", in.ExternalID) // want `External ID sent`
}

func inQuery(in integration) {
	req, _ := http.NewRequest("GET", "https://example.com", nil)
	q := req.URL.Query()
	q.Set("id", in.ID)
	req.URL.RawQuery = q.Encode()
	q.Set("external_id", in.ExternalID)
	req.URL.RawQuery = q.Encode() // want `External ID sent`
}

func inLaunchURL(in integration) string {
	u := url.URL{Scheme: "https", Host: "console.aws.amazon.com"}
	u.RawQuery = url.Values{"param_ExternalId": {in.ExternalID}}.Encode()
	return u.String()
}

func toSTS(ctx context.Context, c *sts.Client, in integration) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
}

func toDatabase(db *sql.DB, in integration) {
	db.Exec("update t set external_id = ?", in.ExternalID)
}
