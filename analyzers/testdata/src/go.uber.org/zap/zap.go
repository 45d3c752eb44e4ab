// Package zap is a stub of the logger, as far as fixtures need it.
package zap

type Field struct {
	Key, String string
	Interface   any
}

type Logger struct{}

func (*Logger) Info(msg string, fields ...Field)  {}
func (*Logger) Debug(msg string, fields ...Field) {}

func String(key, value string) Field  { return Field{} }
func Any(key string, value any) Field { return Field{} }
