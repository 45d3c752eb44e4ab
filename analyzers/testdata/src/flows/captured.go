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
