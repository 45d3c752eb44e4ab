package flows

import "log"

// What a closure writes to lies outside under another name, too.

func channelOfAGoroutine(in *Integration) {
	ids, names := make(chan string, 1), make(chan string, 1)
	go func() {
		ids <- in.Handshake
		names <- in.Name
	}()
	log.Println(<-names)
	log.Println(<-ids) // want `External ID logged`
}

func selected(in *Integration, done chan struct{}) {
	ids, names := make(chan any, 1), make(chan any, 1)
	go func() { ids <- *in }()
	go func() { names <- in.Name }()
	select {
	case id := <-ids:
		log.Println(id) // want `External ID logged`
	case name := <-names:
		log.Println(name)
	case <-done:
	}
}

func mapOfAClosure(in *Integration) {
	m := map[string]string{}
	same, other := m, map[string]string{}
	func() {
		m["id"] = in.Handshake
		other["name"] = in.Name
	}()
	log.Println(same["id"]) // want `External ID logged`
	log.Println(same["name"])
	log.Println(other)
}

func sliceOfAClosure(in *Integration) {
	list, names := make([]string, 2), make([]string, 2)
	same := list
	func() { list[0], names[0] = in.Handshake, in.Name }()
	log.Println(same) // want `External ID logged`
	log.Println(names)
}

type note struct{ Word, Title string }

func pointerOfAClosure(in *Integration) {
	var n note
	p := &n
	func() { p.Word, p.Title = in.Handshake, in.Name }()
	log.Println(n.Word) // want `External ID logged`
	log.Println(n.Title)
}

func copyOfAClosure(in *Integration, n note) {
	c := n
	func() { c.Word = in.Handshake }()
	log.Println(n)
	log.Println(c.Word) // want `External ID logged`
}

// fillWide writes to more places of what it is given than a summary tells: the one
// that matters is told, and the object as a whole holds nothing of it.
func fillWide(w *wide, in *Integration) {
	w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i = in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name
	w.j, w.k, w.l, w.m, w.n, w.o, w.p, w.q, w.r = in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name
	w.s, w.t, w.u, w.v, w.w, w.x, w.y = in.Name, in.Name, in.Name, in.Name, in.Name, in.Name, in.Name
	w.z = in.Handshake
}

type wide struct{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, title string }

func filledWide(in *Integration) {
	var w wide
	fillWide(&w, in)
	log.Println(w.title)
	log.Println(w.a)
	log.Println(w.z) // want `External ID logged`
}

type page struct {
	title string
	data  any
}

type shelf interface{ Take(name string) Integration }

func (p *page) set(s shelf) { p.title, p.data = "x", s.Take("x") }

func putIntoMap(m map[string]any, s shelf) {
	m["integration"] = s.Take("x")
	m["name"] = s.Take("x").Name
}

func behindInterfaces(s shelf) {
	var p page
	p.set(s)
	log.Println(p.data) // want `External ID logged`
	log.Println(p.title)
	m := map[string]any{}
	putIntoMap(m, s)
	log.Println(m["integration"]) // want `External ID logged`
	log.Println(m["name"])
}
