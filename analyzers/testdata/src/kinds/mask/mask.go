// Package mask hides text, by what its functions do: their names do not say so.
package mask

import "strings"

// Text shows how long a text is, and how it ends.
func Text(s string) string { return strings.Repeat("-", len(s)) + s[len(s)-2:] }

// Quote hides nothing.
func Quote(s string) string { return "'" + s + "'" }
