package kinds

import (
	"encoding/json"
	"log"
	"sync"
)

// A cache keeps whole structs; what is logged of them is another field.

type credential struct {
	RoleARN    string
	ExternalID string
}

var credentials sync.Map

func authenticated(account string) (*credential, error) {
	if c, ok := credentials.Load(account); ok {
		return c.(*credential), nil
	}
	c := lookup(account)
	credentials.Store(account, c)
	return c, nil
}

func lookup(account string) *credential

func clientFor(c credential) {
	key := c.RoleARN
	log.Printf("creating a client for %s", key)
}

func clientForLogged(c credential) {
	log.Printf("creating a client with %s", c.ExternalID) // want `External ID logged`
}

func useCache(account string) {
	c, err := authenticated(account)
	if err != nil {
		log.Print(err)
		return
	}
	clientFor(*c)
	clientForLogged(*c)
	log.Print(c.RoleARN)
	log.Print(c.ExternalID) // want `External ID logged`
	log.Print(*c)           // want `External ID logged`
}

type byAccount map[string]any

var shared = byAccount{}

func useSharedMap(account string) {
	shared[account] = lookup(account)
	c := shared[account].(*credential)
	log.Print(c.RoleARN)
	c.RoleARN = c.ExternalID
	log.Print(c.RoleARN) // want `External ID logged`
}

// A text is decoded twice, into a configuration and into what extends it.

type remote struct {
	Bucket string
	Assume credential
}

type extended struct {
	Remote remote
	Tags   map[string]string
}

func parseTwice(text []byte) (*extended, error) {
	var (
		r remote
		x extended
	)
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &x); err != nil {
		return nil, err
	}
	x.Remote = r
	return &x, nil
}

func useParsed(text []byte) {
	x, err := parseTwice(text)
	if err != nil {
		log.Print(err)
		return
	}
	bucket := x.Remote.Bucket
	log.Printf("bucket %s", bucket)
	log.Print(x.Remote.Assume.RoleARN)
	log.Print(x.Remote.Assume.ExternalID) // want `External ID logged`
}

// A package variable holds one in one of its fields.

var state struct {
	Filter string
	Last   *credential
}

func remember(account string) { state.Last = lookup(account) }

func filtered() {
	log.Printf("filtering by %s", state.Filter)
	log.Print(state.Last) // want `External ID logged`
}

func ask(returnExternalID, role string) {
	log.Printf("assuming %s, asked to tell: %s", role, returnExternalID)
}
