package kinds

import (
	"bytes"
	"fmt"
	"io"
	"log"
)

// What was printed once is not in the object that has the stream.

type surroundings struct {
	Dir string
	Err io.Writer
}

func (s *surroundings) trace(in integration) { fmt.Fprintln(s.Err, "role", in.ExternalID) }

func traced(s *surroundings, in integration) {
	s.trace(in)
	log.Printf("done in %v", s)
	log.Printf("done in %s", s.Dir)
}

func buffered(in integration) {
	var b bytes.Buffer
	describeTo(&b, in)
	log.Println(b.String()) // want `External ID logged`
}

func describeTo(w io.Writer, in integration) { fmt.Fprintln(w, in.ExternalID) }
