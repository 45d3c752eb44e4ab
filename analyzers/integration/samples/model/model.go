// Package model is what the samples log, return and send.
package model

// Link is an account that somebody connected.
type Link struct {
	ID         string `json:"id"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
}

// Mask shows how a text ends.
func Mask(s string) string { return "****" + s[len(s)-4:] }
