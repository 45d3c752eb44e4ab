package kinds

import (
	"fmt"
	"log"

	"kinds/clusters"
)

// A getter returns the field of its name, and nothing of the fields beside it.

func version(c *clusters.Cluster) (string, error) {
	v, ok := c.GetVersion()
	if !ok || v == "" {
		return "", fmt.Errorf("no such version %s", v)
	}
	return v, nil
}

func trusted(c *clusters.Cluster) error {
	if t, ok := c.GetTrust(); ok {
		id, _ := t.GetExternalID()
		return fmt.Errorf("trusts %s", id)
	}
	return nil
}

func described(id string) {
	c, err := clusters.ByID(id)
	if err != nil {
		return
	}
	if _, err := version(c); err != nil {
		log.Println(err.Error())
	}
	if err := trusted(c); err != nil {
		log.Println(err.Error()) // want `External ID logged`
	}
}
