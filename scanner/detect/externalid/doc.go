// Package externalid finds External IDs of AWS written into files: the values
// that keep a vendor's role from being assumed on behalf of another customer.
//
// Bad, for whoever reads the repository knows the shared secret:
//
//	"Condition": {"StringEquals": {"sts:ExternalId": "…a UUID…"}}
//	aws sts assume-role --role-arn … --external-id …
//
// Good, for the value is handed in from outside:
//
//	"Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
//	external_id = var.external_id
//
// The work is done in three steps, the cheap ones first: is the word really a
// name for an External ID (name.go), is a literal assigned to it (assign.go),
// and is it about AWS, or does a CRM, a SCIM directory or a payment service
// call its own keys so (context.go). What remains is judged by its form
// (internal/strength): a UUID is an External ID, "my-external-id" is an example, and
// a company's name is an External ID that should not be one.
//
// # Limits
//
// A value that reaches its name through a variable, a file or a function is not
// followed: that is the work of the passes over Go code. Positional arguments
// of functions have no name and are not found.
package externalid
