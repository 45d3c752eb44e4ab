// Package diag is a stub of the module's package, as far as fixtures need it.
package diag

type Diagnostics []struct{}

func Errorf(format string, args ...any) Diagnostics { return nil }
func FromErr(err error) Diagnostics                 { return nil }
