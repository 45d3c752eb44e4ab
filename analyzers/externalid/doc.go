// Package externalid finds which fields, parameters, results, variables and local
// values carry an AWS External ID, and says why it thinks so. It reports nothing;
// the other passes build on its result.
//
// In order of strength, an External ID is
//
//  1. what reaches STS: the ExternalId of an AssumeRoleInput, of the options of
//     stscreds and aws-sdk-go-base, or the value of an "sts:ExternalId" condition.
//     Whatever flows there is one, whatever it is called;
//  2. what the project says is one: //deputy:externalid on a field, type, function
//     or package variable, or the flag -externalid.fields;
//  3. what is called one (ExternalID, external_id, AwsExternalId …) with AWS about
//     it: a role ARN, an account or STS beside it in the type, the parameters, the
//     type's name or the package's path.
//
// A name alone is not enough: most fields called ExternalID belong to a CRM, a
// payment provider or SCIM.
//
//	type Integration struct {
//		RoleARN   string
//		Handshake string // passed to AssumeRoleInput.ExternalId elsewhere: an External ID
//	}
//	type Contact struct {
//		Email      string
//		ExternalID string // the ID in somebody's CRM: not one
//	}
//
// Limits: a package at a time (go vet) sees what the package and its imports know.
// `deputy vet` reads the whole program first, so that a field declared in one
// package and handed to STS in another is known everywhere.
package externalid
