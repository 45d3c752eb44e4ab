package page

import (
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
)

// describe makes the OpenAPI file of the endpoints
// (https://spec.openapis.org/oas/v3.1.0). A test writes it beside the code.
func (s *server) describe() map[string]any {
	reflector := jsonschema.Reflector{DoNotReference: true, Anonymous: true, AllowAdditionalProperties: true}
	schema := func(v any) *jsonschema.Schema {
		out := reflector.ReflectFromType(reflect.TypeOf(v))
		out.Version = ""
		return out
	}
	content := func(v any) map[string]any {
		return map[string]any{"application/json": map[string]any{"schema": schema(v)}}
	}
	paths := map[string]map[string]any{}
	for _, e := range s.endpoints() {
		var params []any
		for _, p := range e.Parameters {
			params = append(params, parameterOf(p))
		}
		failed := map[string]any{"description": "What is wrong", "content": content(struct {
			Error string `json:"error"`
		}{})}
		operation := map[string]any{
			"summary":   e.About,
			"responses": map[string]any{"200": map[string]any{"description": "The answer", "content": content(e.Answer)}, "4XX": failed},
		}
		if params != nil {
			operation["parameters"] = params
		}
		if e.Body != nil {
			operation["requestBody"] = map[string]any{"required": true, "content": content(e.Body)}
		}
		if paths[e.Path] == nil {
			paths[e.Path] = map[string]any{}
		}
		paths[e.Path][strings.ToLower(e.Method)] = operation
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "deputy: what sweeps found", "version": "1",
			"description": "Values are masked. Fields are added, never renamed. A page's next is the after of the page behind it."},
		"servers":    []any{map[string]any{"url": "/api/v1"}},
		"security":   []any{map[string]any{"token": []string{}}},
		"components": map[string]any{"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer"}}},
		"paths":      paths,
	}
}

func parameterOf(p parameterDoc) map[string]any {
	schema := map[string]any{"type": "string"}
	if p.Several {
		schema = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	}
	return map[string]any{"name": p.Name, "in": p.In, "description": p.About, "required": p.In == "path", "schema": schema}
}
