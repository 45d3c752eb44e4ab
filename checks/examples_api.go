package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// openapi is a spec with the given paths.
func openapi(paths string) string {
	return "openapi: 3.1.0\ninfo: {title: Acme, version: '1'}\nsecurity: [{key: []}]\ncomponents:\n  securitySchemes: {key: {type: http, scheme: bearer}}\n  schemas:\n" +
		"    Connection:\n      type: object\n      properties:\n        role_arn: {type: string}\n        external_id: {type: string}\n" +
		"    Shown:\n      type: object\n      properties:\n        role_arn: {type: string}\n        external_id: {type: string, readOnly: true}\npaths:\n" + indented(paths+"\n", "  ")
}

func body(schema string) string {
	return "{content: {application/json: {schema: {$ref: '#/components/schemas/" + schema + "'}}}}"
}

const rotation = "/aws/{id}/external-id/regenerate:\n  post: {responses: {200: {description: new}}}"

func init() {
	describe(apiAcceptsExtID,
		[]finding.Example{
			example("body-of-a-post", openapi("/aws/accounts:\n  post: {requestBody: "+body("Connection")+"}")),
			example("read-only-in-another-schema", openapi("/aws/accounts:\n  put: {requestBody: "+body("Connection")+", responses: {200: "+body("Shown")+"}}")),
			example("query", openapi("/aws/accounts:\n  post: {parameters: [{name: externalId, in: query}]}")),
			example("header", openapi("/accounts:\n  post: {summary: Connect an AWS account, parameters: [{name: External-Id, in: header}]}")),
			example("path", openapi("/aws/accounts/{external_id}:\n  parameters: [{name: external_id, in: path}]\n  put: {}")),
			example("swagger", "swagger: '2.0'\npaths:\n  /aws:\n    post:\n      parameters:\n        - {in: body, name: body, schema: {$ref: '#/definitions/C'}}\ndefinitions:\n  C: {properties: {roleArn: {type: string}, externalId: {type: string}}}\n"),
			example("all-of", openapi("/aws:\n  patch: {requestBody: {content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/Connection'}]}}}}}")),
			example("proto", "syntax = \"proto3\";\nmessage CreateConnectionRequest {\n  string role_arn = 1;\n  string external_id = 2;\n}\nmessage Empty {}\nservice Connections {\n  rpc CreateConnection(CreateConnectionRequest) returns (Empty);\n}\n"),
			example("graphql", "input AwsAccountInput {\n  roleArn: String!\n  externalId: String\n}\n\ntype Mutation {\n  connectAccount(input: AwsAccountInput!): Boolean\n}\n"),
		},
		[]finding.Example{
			example("read-only", openapi("/aws/accounts:\n  post: {requestBody: "+body("Shown")+"}")),
			example("only-in-responses", openapi("/aws/accounts:\n  post: {responses: {201: "+body("Connection")+"}}")),
			example("filter", openapi("/aws/accounts:\n  get: {parameters: [{name: external_id, in: query}]}")),
			example("scim", openapi("/scim/v2/Users:\n  post: {requestBody: {content: {application/json: {schema: {properties: {externalId: {type: string}, userName: {type: string}}}}}}}")),
			example("external-id-of-a-customer", openapi("/customers:\n  post: {requestBody: {content: {application/json: {schema: {properties: {external_id: {type: string}, name: {type: string}}}}}}}")),
			example("number-of-a-cloud-account", openapi("/cloud/aws:\n  post: {requestBody: {content: {application/json: {schema: {properties: {external_id: {type: string, description: The AWS account ID}}}}}}}")),
			example("output-only-in-proto", "syntax = \"proto3\";\nmessage Connection {\n  string role_arn = 1;\n  string external_id = 2 [(google.api.field_behavior) = OUTPUT_ONLY];\n}\nservice Connections {\n  rpc CreateConnection(Connection) returns (Connection);\n}\n"),
			example("type-of-graphql", "type AwsAccount {\n  roleArn: String!\n  externalId: String\n}\n\ntype Mutation {\n  connectAccount(roleArn: String!): AwsAccount\n}\n"),
		},
	)
	describe(apiReturnsExtID,
		[]finding.Example{
			example("get", openapi("/aws/accounts/{id}:\n  get: {responses: {200: "+body("Connection")+"}}")),
			example("list", openapi("/aws/accounts:\n  get: {responses: {200: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Shown'}}}}}}}")),
			example("proto", "syntax = \"proto3\";\nmessage GetRequest {}\nmessage Connection {\n  string role_arn = 1;\n  string external_id = 2;\n}\nservice Connections {\n  rpc GetConnection(GetRequest) returns (Connection);\n}\n"),
			example("graphql", "type AwsAccount {\n  roleArn: String!\n  externalId: String\n}\n\ntype Query {\n  accounts: [AwsAccount!]!\n}\n"),
		},
		[]finding.Example{
			example("generated", openapi("/aws/accounts/{id}/external-id:\n  post: {responses: {201: "+body("Connection")+"}}")),
			example("revealed", openapi("/aws/accounts/{id}/reveal:\n  get: {responses: {200: "+body("Connection")+"}}")),
			example("error", openapi("/aws/accounts/{id}:\n  get: {responses: {400: "+body("Connection")+"}}")),
			example("write-only", strings.Replace(openapi("/aws/accounts/{id}:\n  get: {responses: {200: "+body("Shown")+"}}"), "readOnly: true", "writeOnly: true", 1)),
		},
	)
	describe(apiRotate,
		[]finding.Example{
			example("nothing-rotates", openapi("/aws/accounts:\n  post: {responses: {201: "+body("Connection")+"}}")),
		},
		[]finding.Example{
			example("rotates", openapi("/aws/accounts:\n  post: {responses: {201: "+body("Connection")+"}}\n"+rotation)),
			example("no-connections", openapi("/users:\n  post: {requestBody: {content: {application/json: {schema: {properties: {external_id: {type: string}}}}}}}")),
		},
	)
	describe(apiRotateUnsafe,
		[]finding.Example{
			example("get", openapi("/aws/{id}/external-id/regenerate:\n  get: {responses: {200: {description: new}}}")),
			example("no-security", openapi("/aws/{id}/external-id/regenerate:\n  post: {security: [], responses: {200: {description: new}}}")),
			example("optional-security", openapi("/aws/{id}/external-id/regenerate:\n  post: {security: [{}, {key: []}], responses: {200: {description: new}}}")),
		},
		[]finding.Example{
			example("security-of-the-whole-spec", openapi(rotation)),
			example("security-of-its-own", openapi("/aws/{id}/external-id/regenerate:\n  post: {security: [{key: []}], responses: {200: {description: new}}}")),
		},
	)
}
