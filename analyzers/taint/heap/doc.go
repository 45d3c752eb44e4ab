// Package heap is what the interpreter knows at one point of a function: which labels
// lie at which places. A label is one thing that is followed, a path a typed way into an
// object, a place an object and a path, a cell what is known of a place, and memory the
// cells of all places. It knows nothing of instructions, calls or libraries but how a
// library looks at a value.
package heap
