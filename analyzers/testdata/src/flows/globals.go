package flows

import (
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Package variables are told apart by field, element and key, as local ones are.

type record struct {
	label, word string
	next        *record
}

var (
	registry = map[string]*Integration{}
	options  = map[string]string{}
	recent   []record
	last     *record
	held     struct {
		label string
		inner record
	}
)

func keepAll(in *Integration) {
	registry[in.Name] = in
	options["label"] = in.Name
	options["word"] = in.Handshake
	recent = append(recent, record{label: in.Name, word: in.Handshake})
	last = &record{label: in.Name, next: &record{word: *aws.String(in.Handshake)}}
	held.label, held.inner.word = in.Name, in.Handshake
}

func keptObjects(id string) {
	log.Println(registry[id].Name)
	log.Println(registry[id].Handshake) // want `External ID logged`
	for id, in := range registry {
		log.Println(id, in.RoleARN)
		log.Println(in.Handshake) // want `External ID logged`
	}
}

func keptUnderKeys(name string) {
	log.Println(options["label"])
	log.Println(options["word"]) // want `External ID logged`
	log.Println(options[name])   // want `External ID logged`
	log.Println(options)         // want `External ID logged`
	for k := range options {
		log.Println(k)
	}
}

func keptInFields() {
	for _, r := range recent {
		log.Println(r.label)
		log.Println(r.word) // want `External ID logged`
	}
	log.Println(last.label, last.next.label)
	log.Println(last.next.word) // want `External ID logged`
	log.Println(held.label, held.inner.label)
	log.Println(held.inner) // want `External ID logged`
}

func lastWord() string { return last.next.word }

func lastLabel() string { return last.label }

func keptAndReturned() {
	log.Println(lastLabel())
	log.Println(lastWord()) // want `External ID logged`
}

func keptAndCleared(id string) {
	copied := *registry[id]
	copied.Handshake = ""
	log.Println(copied)
	whole := *registry[id]
	log.Println(whole) // want `External ID logged`
}
