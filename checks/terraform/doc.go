// Package terraform reads modules of Terraform and OpenTofu, and their plans as JSON.
//
// A directory is a module: its .tf, .tofu and .tf.json files together. Local modules are
// read with the arguments of whoever calls them; what comes from a registry is a hole.
// Expressions are carried out here and not by go-cty, which keeps of a text with a hole only
// what stands in front of it: "arn:aws:iam::${var.x}:root" is a root, whoever x is.
// Functions of the library serve where all arguments are known.
//
// Not read: what providers look up (data sources, remote state), workspaces, and variables
// from the environment.
package terraform
