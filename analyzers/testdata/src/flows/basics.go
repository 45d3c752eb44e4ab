package flows

import (
	"errors"
	"fmt"
	"log"
	"strings"
)

func local(in *Integration) {
	id := in.Handshake
	log.Println(id)      // want `field Integration.Handshake \(reaches AssumeRoleInput.ExternalId\) reaches log.Println`
	log.Println(in.Name) // another field of the same struct
}

func wholeStruct(in *Integration) {
	log.Printf("%+v", in) // want `External ID logged`
	log.Printf("%T", in)  // its type only
}

func notTheValue(in *Integration) {
	log.Println(len(in.Handshake), in.Handshake != "", strings.HasPrefix(in.Handshake, "x"))
	log.Println("handshake missing for", in.Name)
}

func constant() {
	in := Integration{Name: "n", Handshake: "none"}
	log.Println(in.Handshake)
	log.Println(Integration{Name: "n"})
}

func overwritten(in Integration) {
	in.Handshake = ""
	log.Println(in)
}

func copied(in *Integration) {
	safe := *in
	safe.Handshake = "***"
	log.Println(safe)
	log.Println(*in) // want `External ID logged`
}

func converted(in *Integration) {
	b := []byte(strings.ToUpper(in.Handshake))
	log.Println(string(b[:])) // want `External ID logged`
}

func formatted(in *Integration) {
	s := fmt.Sprintf("%s:%s", in.Name, in.Handshake)
	log.Println(s) // want `External ID logged`
	log.Println(fmt.Sprintf("%s:%T", in.Name, in.Handshake))
}

func wrapped(in *Integration) error {
	err := fmt.Errorf("assume with %q: %w", in.Handshake, errors.New("denied"))
	err = errors.Join(err, errors.New("again"))
	log.Println(err) // want `External ID logged`
	return err
}

func masked(in *Integration) {
	log.Println("****" + in.Handshake[len(in.Handshake)-4:])
	log.Println(in.Handshake[1:]) // want `External ID logged`
}

func panics(in *Integration) {
	if in.Name == "" {
		panic("no name")
	}
	panic(in.Handshake) // want `External ID logged`
}

func branches(in *Integration, show bool) {
	s := "hidden"
	log.Println(s)
	if show {
		s = in.Handshake
	}
	log.Println(s) // want `External ID logged`
}

func loop(ins []*Integration) {
	last := ""
	for _, in := range ins {
		log.Println(last) // want `External ID logged`
		last = in.Handshake
	}
}
