// Package uses hands values of foreign types to foreign sinks, in each way that a value
// can go, and to what looks like it.
package uses

import (
	"errors"
	"fmt"
	"strings"

	"foreign/core"
)

func direct(c core.Contact, p *core.Contact) {
	core.Record(c)       // want `Source logged: type Contact .*\n.*ask the privacy team`
	core.Record(p)       // want `ask the privacy team`
	core.Record("x", &c) // want `ask the privacy team`
	core.Record(c.Phone) // want `ask the privacy team`
	core.Record(c.Notes) // want `ask the privacy team`
	core.Record(c.Count)
	core.Record(c.Name)
	core.Audit{}.Note(c) // want `ask the privacy team`
	core.Audit{}.Skip(c)
}

func otherTypes(k core.SigningKeys, t core.Tagged, n core.Plain) {
	core.Recordf("%s", k.Next) // want `ask the privacy team`
	core.Record(t)             // want `ask the privacy team`
	core.Record(t.Mail)        // want `ask the privacy team`
	core.Record(t.Lang)
	core.Record(n)
}

func zeroValues() {
	core.Record(core.Contact{}) // want `ask the privacy team`
	var c *core.Contact
	core.Record(c)
	core.Record(new(core.Contact)) // want `ask the privacy team`
	core.Record(core.Plain{})
}

func derived(c core.Contact) error {
	core.Record(c.Call())                                  // want `ask the privacy team`
	core.Record("to " + c.Phone)                           // want `ask the privacy team`
	core.Record(fmt.Sprintf("%v", c.Phone))                // want `ask the privacy team`
	core.Record(strings.ToUpper(c.Phone))                  // want `ask the privacy team`
	core.Record(c.Phone == "", len(c.Phone), c.Phone > "") // what is asked about it is not it
	err := fmt.Errorf("no answer from %s", c.Phone)
	core.Record(err) // want `ask the privacy team`
	return errors.New("no answer")
}

func kept(c core.Contact) {
	list := []core.Contact{c}
	core.Record(list)          // want `ask the privacy team`
	core.Record(list[0].Phone) // want `ask the privacy team`
	core.Record(list[0].Name)
	byName := map[string]any{"x": c.Phone}
	core.Record(byName)      // want `ask the privacy team`
	core.Record(byName["x"]) // want `ask the privacy team`
	delete(byName, "x")
	core.Record(len(byName))
	ch := make(chan string, 1)
	ch <- c.Phone
	core.Record(<-ch) // want `ask the privacy team`
	holder := struct{ any any }{c}
	core.Record(holder) // want `ask the privacy team`
	n := &core.Plain{Name: c.Name}
	core.Record(n)
	n.Phone = c.Phone
	core.Record(n.Phone) // want `ask the privacy team`
}

func ways(c core.Contact, yes bool) {
	var v any = "x"
	if yes {
		v = c
	}
	core.Record(v) // want `ask the privacy team`
	if _, ok := v.(core.Plain); ok {
		core.Record("plain")
	}
	func() { core.Record(c.Phone) }() // want `ask the privacy team`
	defer core.Record(c)              // want `ask the privacy team`
	go core.Record(c)                 // want `ask the privacy team`
	for _, note := range c.Notes {
		core.Record(note) // want `ask the privacy team`
	}
	record(c)
}

func record(c core.Contact) {
	core.Record(c) // want `ask the privacy team`
}

func panics(c core.Contact) {
	if c.Count > 3 {
		panic("too many")
	}
	panic(c) // want `ask the privacy team`
}

func panicsLater(c core.Contact) {
	defer panic(c)       // want `ask the privacy team`
	defer panic(c.Count) // no source
	go panic(c.Phone)    // want `ask the privacy team`
}

func cleaned(c core.Contact) {
	core.Record(core.Scrub(c.Phone))
	core.ScrubContact(&c)
	core.Record(c)
	c.Phone = "none"
}

func cleanedOnOneWay(c core.Contact, yes bool) {
	phone := c.Phone
	if yes {
		phone = core.Scrub(phone)
	}
	core.Record(phone) // want `ask the privacy team`
}

func order(c core.Contact) {
	var v any = 1
	core.Record(v)
	v = c
	core.Record(v) // want `ask the privacy team`
	v = "x"
	core.Record(v)
}

func excluded(c core.Contact) { core.Record(c) }

func suppressed(c core.Contact) {
	core.Record(c) // levee.DoNotReport
	// levee.DoNotReport: the auditors want it
	core.Record(
		"x",
		c,
	)
	core.Record( // want `ask the privacy team`
		"x",
		c, // levee.DoNotReport
	)
}

func made() any                  { return &core.Contact{} }
func filled(s string) any        { return core.Contact{Phone: s} }
func cleanedBefore(s string) any { return core.Scrub(s) }
func plain(s string) any         { return core.Plain{Phone: s} }

func behindAny(s string) {
	core.Record(made())    // want `ask the privacy team`
	core.Record(filled(s)) // want `ask the privacy team`
	core.Record(cleanedBefore(s))
	core.Record(plain(s))
}
