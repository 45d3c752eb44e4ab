// Package trace is a stub, as far as fixtures need it.
package trace

import "go.opentelemetry.io/otel/attribute"

type Span interface {
	SetAttributes(kv ...attribute.KeyValue)
	RecordError(err error)
}
