package idparam

import (
	"context"
	"fmt"
	"net/http"
)

// store is out of sight.
type store interface {
	Get(key string) (any, bool)
	Put(key string)
}

type sessions struct {
	kept       store
	externalID string
	trust      connector
}

type connector interface {
	Connect(ctx context.Context, roleARN, externalID string)
}

// A text in which an External ID stands beside what a request chose is no External ID
// that the request chose.
func (s *sessions) key(ctx context.Context, roleARN, externalID string) {
	key := "role_" + roleARN
	if externalID != "" {
		key = key + "_" + externalID
	}
	if _, ok := s.kept.Get(key); ok {
		return
	}
	s.kept.Put(fmt.Sprintf("%s %s", roleARN, externalID))
	s.trust.Connect(ctx, roleARN, externalID)
}

func (s *sessions) ownID(w http.ResponseWriter, r *http.Request) {
	s.key(r.Context(), r.FormValue("role_arn"), s.externalID)
}

// The request's own External ID is one, whatever it stands beside.
func (s *sessions) chosen(w http.ResponseWriter, r *http.Request) {
	externalID, roleARN := r.FormValue("external_id"), r.FormValue("role_arn") // want `External ID accepted from a request`
	s.kept.Put(roleARN + "_" + externalID)
}
