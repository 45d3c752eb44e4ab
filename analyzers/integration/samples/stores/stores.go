// Package stores has what a request chose end in a database, and what the service
// made itself.
package stores

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/jmoiron/sqlx"
	"gorm.io/gorm"

	"example.com/samples/model"
)

func assume(ctx context.Context, c *sts.Client, in model.Link) error {
	_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
	return err
}

func orm(db *gorm.DB, made func() string) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		chosen := model.Link{
			RoleARN:    r.FormValue("role"),
			ExternalID: r.FormValue("word"), // planted: idparam
		}
		db.Create(&chosen)
		db.Create(&model.Link{RoleARN: r.FormValue("role"), ExternalID: made()}) // decoy: not chosen
	}
}

func named(db *sqlx.DB, made func() string) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		word := r.PostFormValue("word") // planted: idparam
		_, _ = db.NamedExecContext(r.Context(), "INSERT INTO links VALUES (:role_arn, :external_id)", model.Link{ExternalID: word})
		_, _ = db.NamedExecContext(r.Context(), "INSERT INTO links VALUES (:role_arn, :external_id)", model.Link{RoleARN: r.FormValue("role"), ExternalID: made()}) // decoy: not chosen
	}
}
