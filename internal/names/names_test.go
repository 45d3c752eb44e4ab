package names_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/internal/names"
)

func TestEach(t *testing.T) {
	digits := strings.Repeat("35", 6)
	key := "AKIA" + strings.Repeat("Q7", 8)
	for path, want := range map[string][]string{
		"src/main.go":                     nil,
		"a/" + digits + "/b":              {"a/" + digits + " false"},
		digits:                            {digits + " true"},
		digits + "/x/" + digits + ".json": {digits + " false", digits + "/x/" + digits + ".json true"},
		"keys/" + key:                     {"keys/" + key + " true"},
		"a/1234-5678-9012.tf":             {"a/1234-5678-9012.tf true"},
		"a/12345678901":                   nil,
		"IMG_20260102030405.jpg":          nil,
		"//" + digits + "//":              {"//" + digits + " false"},
		"":                                nil,
		"LICENSE-APACHE-AND-THE-REST.txt": nil,
	} {
		var got []string
		names.Each(path, names.Worth, func(upTo string, whole bool) { got = append(got, fmt.Sprint(upTo, " ", whole)) })
		assert.Equal(t, want, got, path)
	}
}
