// Package idreturned reports External IDs in the responses of a service.
//
// "Do not return it in the rest response unless explicitly requested by the user."
// (the guide for vendors)
//
// A list or detail endpoint that carries the External ID along hands it to every
// user, browser extension and XSS of the portal.
//
// Bad:
//
//	json.NewEncoder(w).Encode(integration) // the struct has one in it
//
// Good:
//
//	json.NewEncoder(w).Encode(Summary{ID: integration.ID, RoleARN: integration.RoleARN})
//
// A handler whose purpose is to generate, regenerate, rotate or reveal one, by its
// name, is reported in a category of its own, "idreturned-reveal": the user asked
// for it.
//
// Limits: that an HTTP response type is encoded by code out of sight is only known
// for the frameworks in package taint's tables.
package idreturned
