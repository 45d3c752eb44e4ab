package flows

import "log"

func results(in *Integration) (string, string) { return in.Name, in.Handshake }

func multiResults(in *Integration) {
	name, id := results(in)
	log.Println(name)
	log.Println(id) // want `External ID logged`
}

func throughHelper(in *Integration) {
	leak(in.Name)
	leak("for", in.Handshake) // want `External ID logged`
}

func closure(in *Integration) func() {
	id, name := in.Handshake, in.Name
	go func() { log.Println(name) }()
	return func() { log.Println(id) } // want `External ID logged`
}

func deferred(in *Integration) {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	id := ""
	defer func() { log.Println(id) }() // want `External ID logged`
	id = in.Handshake
}

func (in *Integration) secret() string { return in.Handshake }
func (in *Integration) title() string  { return in.Name }

func methodValues(in *Integration) {
	f, g := in.secret, in.title
	log.Println(f()) // want `External ID logged`
	log.Println(g())
}

type teller interface{ tell(*Integration) string }

type loud struct{}

func (loud) tell(in *Integration) string { return in.Handshake }

func viaInterface(t teller, in *Integration) {
	log.Println(t.tell(in)) // want `External ID logged`
}

type namer interface{ name(*Integration) string }

type quiet struct{}

func (quiet) name(in *Integration) string { return in.Name }

func viaQuietInterface(n namer, in *Integration) {
	log.Println(n.name(in))
}

type base struct{ *Integration }

type wrapper struct {
	base
	Note string
}

func embedded(w wrapper) {
	log.Println(w.Note)
	log.Println(w.Handshake) // want `External ID logged`
}

func recursive(in *Integration, n int) string {
	if n == 0 {
		return in.Handshake
	}
	return recursive(in, n-1)
}

func recursion(in *Integration) {
	log.Println(recursive(in, 3)) // want `External ID logged`
}

type builder struct{ parts []string }

func (b *builder) add(s string) *builder { b.parts = append(b.parts, s); return b }

func fluent(in *Integration) {
	b := (&builder{}).add("a").add(in.Handshake)
	log.Println(b) // want `External ID logged`
	c := (&builder{}).add(in.Name)
	log.Println(c.parts)
}

func fill(dst *string, in *Integration) { *dst = in.Handshake }

func byPointer(in *Integration) {
	var id, other string
	fill(&id, in)
	log.Println(id) // want `External ID logged`
	log.Println(other)
}

func variadic(in *Integration) {
	args := []any{"id", in.Handshake}
	leak(args...) // want `External ID logged`
	leak([]any{"id", in.Name}...)
}

func typeSwitch(in *Integration) {
	var v any = in
	switch v := v.(type) {
	case *Integration:
		log.Println(v.Name)
		log.Println(v.Handshake) // want `External ID logged`
	case string:
		log.Println("text")
	}
}

var current string

func keep(in *Integration) { current = in.Handshake }

func global() {
	log.Println(current) // want `External ID logged`
}
