package idreturned

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
)

// view is a row as it is shown.
type view struct {
	Name       string `json:"name"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
}

// transactions run a function elsewhere.
type transactions interface {
	With(ctx context.Context, do func(context.Context) error) error
}

func filledInAClosure(w http.ResponseWriter, r *http.Request, tx transactions, db *sql.DB) {
	var out []view
	tx.With(r.Context(), func(ctx context.Context) error {
		rows, err := db.QueryContext(ctx, "select name, role_arn, external_id from integrations")
		if err != nil {
			return err
		}
		for rows.Next() {
			var v view
			if err := rows.Scan(&v.Name, &v.RoleARN, &v.ExternalID); err != nil {
				return err
			}
			out = append(out, v)
		}
		return rows.Err()
	})
	json.NewEncoder(w).Encode(map[string]any{"data": out}) // want `External ID returned`
}

func onlyTheRole(w http.ResponseWriter, r *http.Request, tx transactions, db *sql.DB) {
	var v view
	tx.With(r.Context(), func(ctx context.Context) error {
		return db.QueryRowContext(ctx, "select name, role_arn from integrations").Scan(&v.Name, &v.RoleARN)
	})
	json.NewEncoder(w).Encode(map[string]any{"role": v.RoleARN})
}

func intoVariables(w http.ResponseWriter, db *sql.DB) error {
	var name, roleARN, externalID string
	if err := db.QueryRow("select name, role_arn, external_id from integrations").Scan(&name, &roleARN, &externalID); err != nil {
		return err
	}
	json.NewEncoder(w).Encode(map[string]string{"name": name, "role": roleARN})
	return json.NewEncoder(w).Encode(map[string]string{"name": name, "word": externalID}) // want `variable externalID \(named externalID beside roleARN\)`
}

// another meaning: nothing speaks of AWS.
func ofAnInvoice(w http.ResponseWriter, db *sql.DB) error {
	var name, externalID string
	if err := db.QueryRow("select name, external_id from invoices").Scan(&name, &externalID); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(map[string]string{"name": name, "external_id": externalID})
}

type settings struct{ Arn, Word, Note string }

func underAKey(w http.ResponseWriter, s settings) {
	json.NewEncoder(w).Encode(map[string]any{"role_arn": s.Arn, "external_id": s.Word}) // want `element external_id \(named external_id beside role_arn\)`
	json.NewEncoder(w).Encode(map[string]any{"role_arn": s.Arn, "external_id": hide(s.Word)})
	json.NewEncoder(w).Encode(map[string]any{"role_arn": s.Arn, "has_external_id": s.Word != ""})
	json.NewEncoder(w).Encode(map[string]any{"note": s.Note, "external_id": s.Word})
}

func hide(s string) string { return s[:4] + "…" }

// scanner is a row of somebody's database.
type scanner interface{ Scan(into ...any) error }

func read(s scanner) (view, error) {
	var v view
	err := s.Scan(&v.Name, &v.RoleARN, &v.ExternalID)
	return v, err
}

func readByInterface(w http.ResponseWriter, s scanner) {
	v, err := read(s)
	if err == nil {
		json.NewEncoder(w).Encode(v) // want `External ID returned`
	}
}

func filledIntoAnEmptyList(w http.ResponseWriter, r *http.Request, tx transactions, db *sql.DB) {
	out := []view{} // so that JSON says [] and not null
	tx.With(r.Context(), func(ctx context.Context) error {
		rows, err := db.QueryContext(ctx, "select name, role_arn, external_id from integrations")
		for err == nil && rows.Next() {
			var v view
			rows.Scan(&v.Name, &v.RoleARN, &v.ExternalID)
			out = append(out, v)
		}
		return err
	})
	json.NewEncoder(w).Encode(out) // want `External ID returned`
}

// copies have all but the External ID: so has a list of them.
func copies(stored []*view) (out []view) {
	for _, v := range stored {
		safe := view{Name: v.Name}
		safe.RoleARN = v.RoleARN
		out = append(out, safe)
	}
	return out
}

func shownAsCopies(w http.ResponseWriter, stored []*view) {
	json.NewEncoder(w).Encode(copies(stored))
	var whole []view
	for _, v := range stored {
		whole = append(whole, *v)
	}
	json.NewEncoder(w).Encode(whole) // want `External ID returned`
}

// respond is called from several places, and tells once what it shows.
func respond(w http.ResponseWriter, r *http.Request, stored []view) {
	page := func() []view { return stored }
	show := func(code int) {
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(page()) // want `External ID returned`
	}
	switch r.Method {
	case http.MethodGet:
		show(http.StatusOK)
	case http.MethodPost:
		show(http.StatusCreated)
	default:
		show(http.StatusMethodNotAllowed)
	}
}
