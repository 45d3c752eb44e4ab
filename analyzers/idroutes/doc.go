// Package idroutes notes endpoints for onboarding accounts and for External IDs that
// are registered in a way the guide warns of.
//
// "Ensure the API endpoints for account on-boarding are rate-limited." and "Assume
// XSS, CSRF, and SSRF are present in the web application." (the guide for vendors)
//
// Bad:
//
//	mux.HandleFunc("GET /integrations/aws/{id}/externalid/regenerate", s.regenerate) // a link can trigger it
//
// Good:
//
//	mux.Handle("POST /integrations/aws/{id}/externalid/regenerate", limit(s.regenerate))
//
// It is a note: a rate limit may be in a gateway, out of sight. One that the package
// mentions anywhere is taken to be the one that is needed.
package idroutes
