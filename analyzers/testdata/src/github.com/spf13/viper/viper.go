// Package viper is a stub of the module, as far as fixtures need it.
package viper

func Unmarshal(v any) error       { return nil }
func GetString(key string) string { return "" }
func AllSettings() map[string]any { return nil }
func AllKeys() []string           { return nil }
