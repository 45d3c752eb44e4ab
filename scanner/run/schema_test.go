package run

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the schema from the types")

// TestSchemaIsThatOfTheTypes holds the committed schema to the types that the file is read
// into.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	r := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true}
	schema := r.Reflect(Config{})
	schema.Title = "deputy: " + FileName
	text, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile("schema.json", text, 0o644))
		return
	}
	assert.Equal(t, string(text), Schema, "go test ./scanner/run -update writes it")
	var decoded struct {
		Properties           map[string]any
		AdditionalProperties any
	}
	require.NoError(t, json.Unmarshal(text, &decoded))
	for _, key := range Keys() {
		assert.Contains(t, decoded.Properties, key)
	}
	assert.Len(t, decoded.Properties, len(Keys()))
	assert.Equal(t, false, decoded.AdditionalProperties)
}
