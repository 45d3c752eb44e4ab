package run

import _ "embed" // for the schema

// Schema is the JSON schema of a configuration file. A test makes it from the types.
//
//go:embed schema.json
var Schema string
