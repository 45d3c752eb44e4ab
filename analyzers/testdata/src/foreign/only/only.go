// Package only is vetted by a configuration that turns off what is built in.
package only

import (
	"fmt"
	"log"

	"foreign/core"
)

type Role struct{ RoleARN, ExternalID string }

func builtinSinks(c core.Contact) {
	log.Println(c.Phone)
	fmt.Println(c)
	println(c.Phone)
	core.Audit{}.Note(c)
	if c.Count > 3 {
		panic(c)
	}
	defer panic(c)
	core.Record(c)           // want `Source logged: type Contact`
	log.Fatalf("%v", c.Name) // a name is no source
	log.Fatalf("%v", c)      // want `Source logged: type Contact`
}

func behindHelpers(c core.Contact) {
	note(c.Phone)
	record(c.Phone) // want `Source logged: field Contact.Phone`
}

func note(s string) { log.Println(s) }

func record(s string) { core.Record(s) }

func builtinSources(r Role, externalID string) {
	core.Record(r.ExternalID, r.RoleARN, externalID)
	log.Fatalf("%v %v", r.RoleARN, externalID)
}

type Named struct {
	RoleARN string
	Word    string //deputy:externalid
}

func annotated(n Named) {
	log.Println(n.Word)
	core.Record(n.Word) // want `External ID logged: field Named.Word`
}
