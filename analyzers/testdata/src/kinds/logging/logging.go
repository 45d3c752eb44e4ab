// Package logging is a project's own logger.
package logging

import (
	"encoding/json"
	"os"
)

// Info writes a line of JSON.
func Info(msg string, fields map[string]any) {
	line := map[string]any{"msg": msg}
	for k, v := range fields {
		line[k] = v
	}
	_ = json.NewEncoder(os.Stderr).Encode(line)
}
