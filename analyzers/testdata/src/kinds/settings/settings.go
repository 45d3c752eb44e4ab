// Package settings hands out what it is asked for.
package settings

import "os"

func Get(key, fallback string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return fallback
}
