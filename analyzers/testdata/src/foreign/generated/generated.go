// Package generated is not looked at.
package generated

import "foreign/core"

func record(c core.Contact) { core.Record(c) }
