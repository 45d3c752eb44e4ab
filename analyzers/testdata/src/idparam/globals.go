package idparam

import "net/http"

type session struct{ name, roleARN, externalID string }

var (
	opened  = map[string]*session{}
	claimed = map[string]*session{}
	trusted connector
)

// What a request names beside an External ID of our own, or as the key that it is kept
// under, is not the External ID.
func open(w http.ResponseWriter, r *http.Request) {
	opened[r.FormValue("session")] = &session{name: r.FormValue("name"), roleARN: r.FormValue("role_arn"), externalID: newOne()}
}

func newOne() string

func useOpened(w http.ResponseWriter, r *http.Request) {
	s := opened[r.FormValue("session")]
	trusted.Connect(r.Context(), s.roleARN, s.externalID)
}

func claim(w http.ResponseWriter, r *http.Request) {
	claimed[r.FormValue("session")] = &session{
		name:       r.FormValue("name"),
		externalID: r.FormValue("handshake"), // want `External ID accepted from a request: request value "handshake"`
	}
}

func useClaimed(w http.ResponseWriter, r *http.Request) {
	s := claimed[r.FormValue("session")]
	trusted.Connect(r.Context(), s.name, s.externalID)
}
