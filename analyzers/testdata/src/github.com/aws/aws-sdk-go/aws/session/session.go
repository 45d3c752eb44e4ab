// Package session is a stub of the SDK's package, as far as fixtures need it.
package session

type Session struct{}
