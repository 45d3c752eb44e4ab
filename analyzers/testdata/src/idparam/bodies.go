package idparam

import (
	"encoding/json"
	"net/http"
)

// What is found by the path's ID is the store's own.
func (s *server) comparedWithItsOwn(w http.ResponseWriter, r *http.Request) {
	var in createRequest
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return
	}
	id, err := s.store.Find(r.Context(), r.PathValue("id"))
	if err != nil || id != in.ExternalID {
		http.Error(w, "no such integration", http.StatusNotFound)
		return
	}
	s.trust.Connect(r.Context(), in.RoleARN, id)
}

func (s *server) decodedThenUsed(w http.ResponseWriter, r *http.Request) {
	var in createRequest
	if json.NewDecoder(r.Body).Decode(&in) != nil { // want `External ID accepted`
		return
	}
	if _, err := s.store.Find(r.Context(), r.PathValue("id")); err != nil {
		return
	}
	s.trust.Connect(r.Context(), in.RoleARN, in.ExternalID)
}
