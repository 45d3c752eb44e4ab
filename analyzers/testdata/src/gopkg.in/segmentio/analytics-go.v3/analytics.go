// Package analytics is a stub.
package analytics

type Message interface{}

type Properties map[string]interface{}

type Track struct {
	UserId     string     `json:"userId,omitempty"`
	Event      string     `json:"event"`
	Properties Properties `json:"properties,omitempty"`
}

type Client interface {
	Enqueue(Message) error
	Close() error
}
