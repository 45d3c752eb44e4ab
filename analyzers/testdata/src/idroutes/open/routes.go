// Package open registers endpoints without a rate limit.
package open

import "net/http"

func routes(mux *http.ServeMux, h http.HandlerFunc) {
	mux.HandleFunc("POST /integrations/aws/{id}/external-id/rotate", h) // want `no rate limit in sight`
	mux.HandleFunc("GET /integrations/aws/{id}/external-id/rotate", h)  // want `changed by GET` `no rate limit`
	mux.HandleFunc("GET /health", h)
	mux.HandleFunc("POST /onboarding/aws-account", h) // want `no rate limit`
	mux.HandleFunc("GET /customers/external/{external_id}", h)
	mux.HandleFunc("PUT /contacts/{id}/external-id", h)
	mux.HandleFunc("POST /onboarding/welcome", h)
	mux.HandleFunc("POST /partners/{partner}/onboarding", h)           // want `no rate limit`
	mux.HandleFunc("GET /partners/{partner}/onboarding/regenerate", h) // want `changed by GET` `no rate limit`
	http.Get("https://example.com/external-id/rotate")
}
