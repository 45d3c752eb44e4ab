// Package staticcreds reports long-lived AWS access keys in code.
//
// The guide has vendors assume a role from a role: a key that stands in the code is
// in its history for good, and who has it assumes every customer's role that the
// vendor can.
//
// Bad:
//
//	credentials.NewStaticCredentialsProvider(keyID, "…", "") // both constants
//
// Roles that are assumed with static credentials without a session token, which are
// those of a user and do not expire, are reported in a category of their own,
// "staticcreds-user", wherever the keys come from.
//
// Good: the default chain of the SDK, which finds the role of the instance, task or
// function.
package staticcreds
