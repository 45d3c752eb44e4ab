package kinds

import (
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
