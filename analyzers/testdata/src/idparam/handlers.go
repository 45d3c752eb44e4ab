// Package idparam shows handlers that let a request choose the External ID, and
// such that do not.
package idparam

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds"
	v1sts "github.com/aws/aws-sdk-go/service/sts"
	"github.com/gin-gonic/gin"
	"idparam/trust"
)

type server struct {
	trust *trust.Service
	sts   *sts.Client
	db    *sql.DB
	store Store
}

// Store is somebody else's.
type Store interface {
	Save(ctx context.Context, in createRequest) error
	Find(ctx context.Context, externalID string) (string, error)
}

// Verifier is implemented somewhere else.
type Verifier interface {
	VerifyRole(ctx context.Context, role, xid string) error
	Validate(xid string) error
}

type createRequest struct {
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
	Label      string `json:"label"`
}

func (s *server) formValue(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("external_id") // want `External ID accepted from a request: request value "external_id" reaches STS`
	s.sts.AssumeRole(r.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(r.FormValue("role_arn")), ExternalId: aws.String(id)})
}

func (s *server) query(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.trust.Connect(r.Context(), q.Get("role"), q.Get("xid")) // want `External ID accepted from a request: request value "xid"`
}

func (s *server) header(w http.ResponseWriter, r *http.Request) {
	xid := r.Header.Get("X-External-Id") // want `External ID accepted`
	s.trust.Connect(r.Context(), r.Header.Get("X-Role"), xid)
}

func (s *server) body(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil { // want `External ID accepted from a request: request reaches STS`
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.sts.AssumeRole(r.Context(), &sts.AssumeRoleInput{RoleArn: &req.RoleARN, ExternalId: &req.ExternalID})
}

func (s *server) bodyToService(w http.ResponseWriter, r *http.Request) {
	var req struct{ Role, Token string }
	json.NewDecoder(r.Body).Decode(&req) // want `External ID accepted from a request`
	a := trust.Account{RoleARN: req.Role, Handshake: req.Token}
	s.trust.Open(r.Context(), a)
}

func (s *server) bodyToStore(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req) // want `External ID accepted from a request`
	s.store.Save(r.Context(), req)
}

func (s *server) bodyToDatabase(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req) // want `External ID accepted from a request`
	s.db.Exec("insert into integrations values (?, ?)", req.RoleARN, req.ExternalID)
}

func (s *server) viaMap(w http.ResponseWriter, r *http.Request) {
	raw := map[string]any{}
	json.NewDecoder(r.Body).Decode(&raw) // want `External ID accepted`
	b, _ := json.Marshal(raw)
	var req createRequest
	json.Unmarshal(b, &req)
	s.sts.AssumeRole(r.Context(), &sts.AssumeRoleInput{RoleArn: &req.RoleARN, ExternalId: &req.ExternalID})
}

func (s *server) ginBind(c *gin.Context) {
	var req struct {
		RoleARN    string `json:"role_arn"`
		ExternalID string `json:"external_id"`
	}
	if c.ShouldBindJSON(&req) != nil { // want `External ID accepted`
		return
	}
	s.trust.Connect(c.Request.Context(), req.RoleARN, req.ExternalID)
}

func (s *server) ginQuery(c *gin.Context) {
	creds := stscreds.NewCredentials(nil, c.Query("role_arn"), func(p *stscreds.AssumeRoleProvider) {
		p.ExternalID = aws.String(c.Query("externalId")) // want `External ID accepted`
	})
	_ = creds
}

func (s *server) setter(w http.ResponseWriter, r *http.Request) {
	in := &v1sts.AssumeRoleInput{}
	in.SetExternalId(r.PostFormValue("eid")) // want `External ID accepted`
}

func decode(r *http.Request, into any) error { return json.NewDecoder(r.Body).Decode(into) }

func (s *server) helperDecodes(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	decode(r, &req) // want `External ID accepted`
	s.trust.Connect(r.Context(), req.RoleARN, req.ExternalID)
}

// decodeCreate is registered elsewhere.
func decodeCreate(_ context.Context, r *http.Request) (any, error) {
	return createRequest{
		RoleARN:    r.Header.Get("X-Role"),
		ExternalID: r.Header.Get("X-Token"), // want `External ID accepted`
	}, nil
}

func (s *server) toInterface(w http.ResponseWriter, r *http.Request, v Verifier) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req) // want `becomes an argument of VerifyRole`
	v.VerifyRole(r.Context(), req.RoleARN, req.ExternalID)
}

func (s *server) generatedIfEmpty(w http.ResponseWriter, r *http.Request, newID func() string) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req) // want `is stored by`
	if req.ExternalID == "" {
		req.ExternalID = newID()
	}
	s.db.Exec("insert into integrations values (?, ?)", req.RoleARN, req.ExternalID)
}

// Near-misses.

func (s *server) onlyChecked(w http.ResponseWriter, r *http.Request, v Verifier) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req)
	if v.Validate(req.ExternalID) != nil {
		http.Error(w, "no", http.StatusBadRequest)
	}
}

func (s *server) alwaysGenerated(w http.ResponseWriter, r *http.Request, newID func() string) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req)
	req.ExternalID = newID()
	s.db.Exec("insert into integrations values (?, ?)", req.RoleARN, req.ExternalID)
	s.store.Save(r.Context(), req)
}

func (s *server) compared(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req)
	if req.ExternalID == "" || req.ExternalID == "x" {
		http.Error(w, "no", http.StatusBadRequest)
	}
}

func (s *server) onlyTheRole(w http.ResponseWriter, r *http.Request) {
	var req createRequest
	json.NewDecoder(r.Body).Decode(&req)
	s.trust.Connect(r.Context(), req.RoleARN, "")
}

func (s *server) generated(w http.ResponseWriter, r *http.Request) {
	role := r.FormValue("role_arn")
	id, err := s.store.Find(r.Context(), role)
	if err != nil {
		return
	}
	s.trust.Connect(r.Context(), role, id)
}

func (s *server) operatorsOwn(w http.ResponseWriter, r *http.Request) {
	s.trust.Connect(r.Context(), r.FormValue("role"), os.Getenv("EXTERNAL_ID"))
}

var errNone = errors.New("none")

// contact has an external ID of a CRM.
type contact struct {
	Email      string `json:"email"`
	ExternalID string `json:"external_id"`
}

func (s *server) contact(w http.ResponseWriter, r *http.Request) {
	var c contact
	json.NewDecoder(r.Body).Decode(&c)
	s.db.Exec("insert into contacts values (?, ?)", c.Email, c.ExternalID)
}

// repository is somebody's.
type repository interface {
	Update(id string, columns map[string]any) error
	Delete(id string) error
}

func (s *server) columns(c *gin.Context, repo repository) {
	repo.Update(c.Param("id"), map[string]any{"role_arn": c.Query("role"), "external_id": c.Query("xid")}) // want `request value "xid" becomes element external_id`
}

func (s *server) otherColumns(c *gin.Context, repo repository) {
	repo.Update(c.Param("id"), map[string]any{"email": c.Query("email"), "external_id": c.Query("xid")})
}

// boundBefore binds an External ID, and then uses another part of the same request.
func (s *server) boundBefore(c *gin.Context, repo repository) {
	var req createRequest
	if c.ShouldBindJSON(&req) != nil || req.ExternalID != "" {
		return
	}
	repo.Delete(c.Param("id"))
}

func (s *server) besideOne(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	in := createRequest{Label: name, ExternalID: errNone.Error()}
	s.db.Exec("insert into integrations values (?)", in)
	s.db.Exec("insert into integrations values (?, ?)", name, in.ExternalID)
}
