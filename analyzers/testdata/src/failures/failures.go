// Package failures shows what errors tell a caller. It declares no error of its own.
package failures

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type account struct{ Name, RoleARN, ExternalID string }

type server struct{ sts *sts.Client }

func (s *server) assume(ctx context.Context, a account) error {
	_, err := s.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &a.RoleARN, ExternalId: &a.ExternalID})
	if err != nil {
		return fmt.Errorf("assume %s with %s: %w", a.RoleARN, a.ExternalID, err)
	}
	return nil
}

func (s *server) check(ctx context.Context, a account) error {
	_, err := s.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &a.RoleARN, ExternalId: &a.ExternalID})
	if err != nil {
		return fmt.Errorf("assume %s with the account's external ID: %w", a.RoleARN, err)
	}
	if a.ExternalID == "" {
		return errors.New("no external ID for " + a.Name)
	}
	return nil
}

func (s *server) told(w http.ResponseWriter, r *http.Request, a account) {
	if err := s.assume(r.Context(), a); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway) // want `External ID returned`
	}
}

func (s *server) toldWrapped(w http.ResponseWriter, r *http.Request, a account) {
	if err := s.assume(r.Context(), a); err != nil {
		err = fmt.Errorf("connect %s: %w", a.Name, err)
		http.Error(w, "failed: "+err.Error(), http.StatusBadGateway) // want `External ID returned`
	}
}

func (s *server) toldWithout(w http.ResponseWriter, r *http.Request, a account) {
	if err := s.check(r.Context(), a); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
	if err := s.assume(r.Context(), a); err != nil {
		http.Error(w, "cannot assume "+a.RoleARN, http.StatusBadGateway)
	}
}
