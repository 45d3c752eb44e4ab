// Package syntax reads YAML and JSON into one tree in which everything has its place.
//
// YAML is read with a well-kept library, JSON by the tokens of the standard one, since
// YAML refuses some of it and its columns count characters. Aliases share their node, so
// that a bomb of them costs nothing here: whoever walks the tree counts steps.
package syntax

import "github.com/deputy-sec/deputy/checks/policy"

// Kind is what a node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	List
	Map
)

// Node is a value in a document.
type Node struct {
	Kind    Kind
	Tag     string // a YAML tag of the document's own: !Sub; "" if none
	Text    string // of a scalar
	Quoted  bool   // a scalar that is text whatever it looks like
	Null    bool   // a scalar that is nothing
	Place   policy.Place
	Items   []*Node
	Entries []Entry
	// At maps an offset in Text to the file; nil: Text stands at Place as it is.
	At func(int) int
}

// Entry is a key of a map with its value.
type Entry struct {
	Key   *Node
	Value *Node
}

// Get returns the value of a map's key, nil if there is none; the last one counts.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i := len(n.Entries) - 1; i >= 0; i-- {
		if e := n.Entries[i]; e.Key.Kind == Scalar && e.Key.Text == key {
			return e.Value
		}
	}
	return nil
}

// String returns a scalar's text, "" for anything else.
func (n *Node) String() string {
	if n == nil || n.Kind != Scalar {
		return ""
	}
	return n.Text
}

// Sub returns the place of a part of a scalar's text.
func (n *Node) Sub(start, end int) policy.Place {
	if n.At == nil {
		return policy.Place{File: n.Place.File, Start: min(n.Place.Start+start, n.Place.End), End: min(n.Place.Start+end, n.Place.End)}
	}
	p := policy.Place{File: n.Place.File, Start: n.At(start), End: n.At(end)}
	p.End = max(p.Start, p.End)
	return p
}

// nothing is what [Node.Sure] returns for nil.
var nothing = &Node{}

// Sure returns the node, or an empty one for nil.
func (n *Node) Sure() *Node {
	if n == nil {
		return nothing
	}
	return n
}
