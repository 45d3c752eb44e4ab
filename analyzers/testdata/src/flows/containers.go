package flows

import (
	"log"
	"maps"
	"slices"
)

func inSliceInMap(in *Integration) {
	m := map[string]any{"accounts": []any{map[string]string{"id": in.Handshake}}}
	log.Println(m) // want `External ID logged`
}

func byKey(in *Integration) {
	m := map[string]string{"name": in.Name}
	m["handshake"] = in.Handshake
	log.Println(m["name"])
	log.Println(m["handshake"]) // want `External ID logged`
	for _, v := range m {
		log.Println(v) // want `External ID logged`
	}
	for k := range m {
		log.Println(k)
	}
}

func appended(in *Integration) {
	names := append([]string{}, in.Name)
	ids := append([]string{"a"}, in.Handshake)
	log.Println(names)
	log.Println(ids) // want `External ID logged`
}

func generics(in *Integration) {
	m := map[string]string{"k": in.Handshake}
	log.Println(slices.Collect(maps.Values(m))) // want `External ID logged`
	log.Println(pick(in.Name, in.Handshake))
}

func pick[T any](first, _ T) T { return first }

func channel(in *Integration) {
	ids, names := make(chan string, 1), make(chan string, 1)
	ids <- in.Handshake
	names <- in.Name
	log.Println(<-ids) // want `External ID logged`
	log.Println(<-names)
}

func array(in *Integration) {
	a := [2]string{in.Name, in.Handshake}
	log.Println(a) // want `External ID logged`
	log.Println(len(a))
}
