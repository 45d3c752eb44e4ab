// Package open registers endpoints without a rate limit.
package open

import "net/http"

func routes(mux *http.ServeMux, h http.HandlerFunc) {
	mux.HandleFunc("POST /integrations/aws/{id}/external-id/rotate", h) // want `no rate limit in sight`
	mux.HandleFunc("GET /integrations/aws/{id}/external-id/rotate", h)  // want `changed by GET` `no rate limit`
	mux.HandleFunc("GET /health", h)
	http.Get("https://example.com/external-id/rotate")
}
