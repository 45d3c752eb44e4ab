package idreturned

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/aws/aws-lambda-go/events"
)

// Handlers whose results a router of the project's own encodes.

type arguments map[string]any

type hidden struct {
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"-"`
}

func statusAndBody(r *http.Request, a arguments) (int, interface{}) {
	in := find(r.PathValue("id"))
	if in == nil {
		return http.StatusNotFound, errors.New("no such integration")
	}
	return http.StatusOK, in // want `External ID returned`
}

func statusAndSummary(r *http.Request, a arguments) (int, interface{}) {
	in := find(r.PathValue("id"))
	return http.StatusOK, summary{in.ID, in.RoleARN}
}

func handedOn(r *http.Request, a arguments) (int, interface{}) { return withBody(r, find("x")) }

func withBody(r *http.Request, in *integration) (int, interface{}) {
	return http.StatusOK, hidden{in.RoleARN, in.ExternalID}
}

type api struct{ db *sql.DB }

func (a *api) getIntegration(ctx context.Context, req *events.LambdaFunctionURLRequest, id string) (any, error) {
	in := find(id)
	return in, nil // want `External ID returned`
}

func (a *api) byID(ctx context.Context, id string) (any, error) {
	in := find(id)
	if in == nil {
		return nil, errors.New("no such integration")
	}
	return in, nil
}

func (a *api) routed(ctx context.Context, _ *events.LambdaFunctionURLRequest, params map[string]string) (any, error) {
	return a.byID(ctx, params["id"]) // want `External ID returned`
}

func (a *api) name(ctx context.Context, id string) (any, error) { return find(id).ID, nil }

func (a *api) routedName(ctx context.Context, _ *events.LambdaFunctionURLRequest, params map[string]string) (any, error) {
	return a.name(ctx, params["id"])
}

// A column that may be null is scanned into a variable first.
func (a *api) row(id string) (*integration, error) {
	var in integration
	var role, externalID sql.NullString
	err := a.db.QueryRow("SELECT role_arn, external_id FROM integrations WHERE id = $1", id).Scan(&role, &externalID)
	in.RoleARN = role.String
	in.ExternalID = externalID.String
	return &in, err
}

func (a *api) getRow(ctx context.Context, req *events.LambdaFunctionURLRequest, id string) (any, error) {
	in, err := a.row(id)
	if err != nil {
		return nil, err
	}
	return in, nil // want `External ID returned`
}

func (a *api) getRole(ctx context.Context, req *events.LambdaFunctionURLRequest, id string) (any, error) {
	in, err := a.row(id)
	if err != nil {
		return nil, err
	}
	return in.RoleARN, nil
}

// A middleware of the project's own calls the handler that it is given.

type apiError struct{ Status int }

type contextHandler func(ctx context.Context, query url.Values) ([]byte, *apiError)

func wrapped(handle contextHandler) func(w http.ResponseWriter, r *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := handle(r.Context(), r.URL.Query())
		if err != nil {
			w.WriteHeader(err.Status)
			return
		}
		w.Write(body)
	}
}

type source struct {
	settings integration
	region   string
}

func (s *source) externalIDHandler(_ context.Context, _ url.Values) ([]byte, *apiError) {
	b, err := json.Marshal(map[string]string{"externalId": s.settings.ExternalID})
	if err != nil {
		return nil, &apiError{http.StatusInternalServerError}
	}
	return b, nil
}

func (s *source) regionHandler(_ context.Context, _ url.Values) ([]byte, *apiError) {
	b, err := json.Marshal(map[string]string{"region": s.region})
	if err != nil {
		return nil, &apiError{http.StatusInternalServerError}
	}
	return b, nil
}

func listHandler(_ context.Context, _ url.Values) ([]byte, *apiError) {
	b, _ := json.Marshal(list())
	return b, nil
}

func answering(answer func() any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(answer()) }
}

func (s *source) routes(mux *http.ServeMux) {
	mux.HandleFunc("/external-id", wrapped(s.externalIDHandler)) // want `External ID returned`
	mux.HandleFunc("/region", wrapped(s.regionHandler))
	mux.HandleFunc("/all", wrapped(listHandler))                                 // want `External ID returned`
	mux.HandleFunc("/one", answering(func() any { return find("x") }))           // want `External ID returned`
	mux.HandleFunc("/role", answering(func() any { return s.settings.RoleARN })) // nothing of it
}
