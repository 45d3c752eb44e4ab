// Package awsaccount finds AWS account IDs: twelve digits that any other twelve
// digits look like.
package awsaccount
