// Package cloudformation reads templates of CloudFormation, SAM and the Serverless
// Framework, in YAML and JSON, and what the CDK writes.
//
// All intrinsic functions are carried out as far as the template tells their arguments;
// what is missing becomes a hole that says what would have to be known. Conditions become
// choices: what the defaults of parameters decide is decided, and remembered as such.
//
// Templates within templates (the TemplateBody of a stack set) are read with their places
// in the outer file, nested stacks of the same tree with the arguments of their caller.
//
// Not read: macros of the account (Fn::Transform but AWS::Include), and what code makes of
// a template before it is deployed (Jinja, ERB): such a file is unexamined if it is not
// YAML.
package cloudformation
