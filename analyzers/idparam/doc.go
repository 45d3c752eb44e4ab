// Package idparam reports External IDs that a caller of the service may choose.
//
// "Ensure that the API backing the UI for connector creation does not accept
// ExternalID as a parameter. If so, any UI controls can be bypassed by intercepting
// calls from the UI to the API and modifying externalID." (the guide for vendors)
//
// Who may choose the External ID can enter another customer's role and its External
// ID, and have the vendor assume it: the confused deputy.
//
// Bad:
//
//	json.NewDecoder(r.Body).Decode(&req)
//	assume(ctx, req.RoleARN, req.ExternalID)
//
// Good: generate it, once per account, and never take it from a request.
//
//	assume(ctx, req.RoleARN, store.ExternalIDFor(ctx, customer, req.AccountID))
//
// The diagnostic is where the value is read: a form, query, path, header or cookie
// value, a decoded body, an RPC message, a GraphQL input or a Lambda event. The
// report is strongest where the value is seen to reach STS; one that is stored, or
// put into something that is an External ID, is reported too; one that is only
// compared is not. Flags, environment and configuration files are the operator's
// own.
package idparam
