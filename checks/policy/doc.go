// Package policy is the model that the checks look at: resources, policy documents,
// statements, and values of which parts are not known before somebody deploys.
//
// Readers (CloudFormation, Terraform, IAM JSON) translate what they read into it, in the
// vocabulary of CloudFormation's resource types. A [Value] is known text, a hole that
// says what is missing and why, a choice by a condition, or a list or map of those. A
// check looks at it in one [World] after the other: a world decides every condition that
// the tree leaves open, so that a value in it holds no choice any more.
package policy
