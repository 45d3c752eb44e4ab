// Package scim lets identity providers manage skywatch's users.
package scim

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
)

// User is SCIM's (RFC 7643, section 4.1), whose externalId is the identity
// provider's own name for the user.
type User struct {
	Schemas    []string `json:"schemas"`
	ID         string   `json:"id"`
	ExternalID string   `json:"externalId"`
	UserName   string   `json:"userName"`
	Active     bool     `json:"active"`
}

// Server keeps users.
type Server struct {
	mu    sync.Mutex
	users map[string]User
}

// Create is POST /Users.
func (s *Server) Create(w http.ResponseWriter, r *http.Request) {
	var u User
	if err := json.NewDecoder(r.Body).Decode(&u); err != nil { // decoy: SCIM's
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	if s.users == nil {
		s.users = map[string]User{}
	}
	s.users[u.ExternalID] = u
	s.mu.Unlock()
	slog.Info("user created", "externalId", u.ExternalID, "user", u.UserName) // decoy: SCIM's
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(u) // decoy: SCIM's
}

// Find is GET /Users?filter=externalId eq "…".
func (s *Server) Find(w http.ResponseWriter, r *http.Request) {
	externalID := r.URL.Query().Get("externalId") // decoy: SCIM's
	s.mu.Lock()
	u, ok := s.users[externalID]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "no user "+externalID, http.StatusNotFound) // decoy: SCIM's
		return
	}
	_ = json.NewEncoder(w).Encode(u)
}
