package kinds

import (
	"encoding/json"
	"log"
)

// A text with an External ID in it is as secret as that; the other fields that are read
// from it are not.

type plugin struct {
	Name string
	JSON []byte
}

type pluginSettings struct {
	Space      string
	RoleARN    string
	ExternalID string
}

func load(p plugin) (pluginSettings, error) {
	var s pluginSettings
	err := json.Unmarshal(p.JSON, &s)
	return s, err
}

func loaded(p plugin) {
	s, err := load(p)
	if err != nil {
		return
	}
	log.Println("in", s.Space, p.Name)
	log.Println("with", s.ExternalID)   // want `External ID logged`
	log.Println("from", string(p.JSON)) // want `External ID logged`
}
