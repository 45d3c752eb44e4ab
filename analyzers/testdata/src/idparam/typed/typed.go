// Package typed gives handlers what it decoded.
package typed

import (
	"context"
	"encoding/json"
	"net/http"
)

func Handle[In, Out any](fn func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		out, err := fn(r.Context(), in)
		if err != nil {
			http.Error(w, "failed", http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(out)
	}
}

// Each is given what was not decoded from a request.
func Each[T any](all []T, fn func(context.Context, T) error) error {
	for _, x := range all {
		if err := fn(context.Background(), x); err != nil {
			return err
		}
	}
	return nil
}
