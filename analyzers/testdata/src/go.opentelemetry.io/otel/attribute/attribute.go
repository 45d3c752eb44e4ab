// Package attribute is a stub, as far as fixtures need it.
package attribute

type KeyValue struct{ K, V string }

type Key string

func String(k, v string) KeyValue      { return KeyValue{} }
func (k Key) String(v string) KeyValue { return KeyValue{} }
