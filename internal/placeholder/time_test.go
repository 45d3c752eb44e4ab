package placeholder_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/internal/placeholder"
)

func TestClockedTellsUUIDsOfATime(t *testing.T) {
	for id, want := range map[string]bool{
		"172bd5c8-9fe9-11e4-b1b0-3c15c2c9fd5e": true,  // 2015
		"172BD5C8-9FE9-11E4-B1B0-3C15C2C9FD5E": true,  // in capitals
		"172bd5c8-9fe9-41e4-b1b0-3c15c2c9fd5e": false, // random by its version
		"172bd5c8-9fe9-1fff-b1b0-3c15c2c9fd5e": false, // the year 5236
		"172bd5c8-9fe9-1000-b1b0-3c15c2c9fd5e": false, // 1582
		"172bd5c8-9fe9-11e4-71b0-3c15c2c9fd5e": false, // another variant
		"172bd5c8-9fe9-11e4-b1b0":              false,
		"":                                     false,
	} {
		assert.Equal(t, want, placeholder.Clocked(id), id)
	}
}
