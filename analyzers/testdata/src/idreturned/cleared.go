package idreturned

import (
	"encoding/json"
	"errors"
	"net/http"
)

// link is an integration that clears its External ID before it is shown.
type link struct {
	ID         string `json:"id"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id,omitempty"`
	Owner      owner  `json:"owner"`
}

type owner struct {
	Name          string `json:"name"`
	AWSExternalID string `json:"aws_external_id"`
}

var links = map[string]*link{}

// public is a copy without it.
func (l link) public() link {
	l.ExternalID, l.Owner.AWSExternalID = "", ""
	return l
}

// summary is a copy of what a pointer points to.
func (l *link) summary() *link {
	out := *l
	out.ExternalID = ""
	out.Owner = owner{Name: l.Owner.Name}
	return &out
}

// half clears one of two.
func (l link) half() link {
	l.ExternalID = ""
	return l
}

// perhaps clears it for some.
func (l link) perhaps(admin bool) link {
	if !admin {
		l.ExternalID, l.Owner.AWSExternalID = "", ""
	}
	return l
}

func found(id string) (link, error) {
	l, ok := links[id]
	if !ok {
		return link{}, errors.New("no such link")
	}
	return l.public(), nil
}

func cleared(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	json.NewEncoder(w).Encode(links[id].public())
	json.NewEncoder(w).Encode(links[id].summary())
	l, err := found(id)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	json.NewEncoder(w).Encode(l)
	var all []link
	for _, l := range links {
		all = append(all, l.public())
	}
	json.NewEncoder(w).Encode(all)
}

func notAllCleared(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	json.NewEncoder(w).Encode(links[id].half())                              // want `External ID returned: field owner.AWSExternalID`
	json.NewEncoder(w).Encode(links[id].perhaps(r.FormValue("who") == "me")) // want `External ID returned`
	l := links[id].public()
	l.ExternalID = links[id].ExternalID
	json.NewEncoder(w).Encode(l) // want `External ID returned`
}
