// Package partnerapi is what partners' servers speak to: plain net/http on chi.
package partnerapi

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
	"example.com/skywatch/internal/mint"
)

// Service is what the handlers need.
type Service interface {
	Register(ctx context.Context, in Registration) (domain.Connection, error)
	Get(ctx context.Context, partner, id string) (domain.Connection, error)
	Link(ctx context.Context, m domain.Marketplace) error
}

// Registration asks for a connection.
type Registration struct {
	Partner    string
	RoleARN    string
	ExternalID string
}

// Server is the partner API.
type Server struct {
	service Service
	log     *slog.Logger
	page    *template.Template
}

// New makes one.
func New(service Service, log *slog.Logger) *Server {
	return &Server{service: service, log: log, page: template.Must(template.New("page").Parse(`<h1>{{.AccountID}}</h1><code>{{.ExternalID}}</code>`))}
}

// Router registers the handlers.
func (s *Server) Router() http.Handler {
	r := chi.NewRouter()
	r.Post("/partners/{partner}/register", s.register)
	r.Post("/partners/{partner}/register-any", s.registerAny)
	r.Get("/partners/{partner}/register", s.registerByQuery)
	r.Post("/partners/{partner}/generated", s.registerGenerated)
	r.Get("/partners/{partner}/connections/{id}", s.get)
	r.Get("/partners/{partner}/connections/{id}.xml", s.getXML)
	r.Get("/partners/{partner}/connections/{id}.html", s.getPage)
	r.Get("/partners/{partner}/onboarding/regenerate", s.regenerate) // planted: idroutes // planted: idroutes
	r.Post("/partners/{partner}/onboarding", s.header)               // planted: idroutes
	r.Post("/partners/{partner}/listing", s.listing)
	r.Get("/partners/{partner}/health", s.health)
	return r
}

// wire is the JSON of a registration.
type wire struct {
	Role string `json:"role"`
	XID  string `json:"xid"`
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	var in wire
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in); err != nil { // planted: idparam
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	conn, err := s.service.Register(r.Context(), Registration{Partner: chi.URLParam(r, "partner"), RoleARN: in.Role, ExternalID: in.XID})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	respond(w, http.StatusCreated, conn) // planted: idreturned
}

// registerAny takes whatever partners send and sorts it out later.
func (s *Server) registerAny(w http.ResponseWriter, r *http.Request) {
	body := map[string]any{}
	if err := decode(r, &body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	word, _ := body["external_id"].(string) // planted: idparam
	role, _ := body["role_arn"].(string)
	conn, err := s.service.Register(r.Context(), Registration{Partner: chi.URLParam(r, "partner"), RoleARN: role, ExternalID: word})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	respond(w, http.StatusCreated, conn.Summarize()) // decoy: a summary
}

func (s *Server) registerByQuery(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	in := Registration{
		Partner:    chi.URLParam(r, "partner"),
		RoleARN:    q.Get("role_arn"),
		ExternalID: q.Get("external_id"), // planted: idparam
	}
	if _, err := s.service.Register(r.Context(), in); err != nil {
		s.log.Error("register", "request", in, "error", err) // planted: idlogged
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// registerGenerated ignores what partners send for it.
func (s *Server) registerGenerated(w http.ResponseWriter, r *http.Request) {
	var in wire
	if err := decode(r, &in); err != nil { // decoy: replaced before it is used
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	in.XID = mint.New()
	conn, err := s.service.Register(r.Context(), Registration{Partner: chi.URLParam(r, "partner"), RoleARN: in.Role, ExternalID: in.XID})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	respond(w, http.StatusCreated, struct { // decoy: all but the External ID
		ID   string `json:"id"`
		Role string `json:"role"`
	}{conn.ID, conn.RoleARN})
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	conn, err := s.service.Get(r.Context(), chi.URLParam(r, "partner"), chi.URLParam(r, "id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	view := map[string]any{"id": conn.ID, "trust": []any{conn.RoleARN, conn.ExternalID}}
	respond(w, http.StatusOK, view) // planted: idreturned
}

type publicXML struct {
	XMLName xml.Name `xml:"connection"`
	ID      string   `xml:"id,attr"`
	Role    string   `xml:"role"`
	Word    string   `xml:"word,omitempty"`
}

func (s *Server) getXML(w http.ResponseWriter, r *http.Request) {
	conn, err := s.service.Get(r.Context(), chi.URLParam(r, "partner"), chi.URLParam(r, "id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	if r.URL.Query().Get("full") == "yes" {
		_ = xml.NewEncoder(w).Encode(publicXML{ID: conn.ID, Role: conn.RoleARN, Word: conn.ExternalID}) // planted: idreturned
		return
	}
	_ = xml.NewEncoder(w).Encode(publicXML{ID: conn.ID, Role: conn.RoleARN, Word: mask.Text(conn.ExternalID)}) // decoy: masked
}

func (s *Server) getPage(w http.ResponseWriter, r *http.Request) {
	conn, err := s.service.Get(r.Context(), chi.URLParam(r, "partner"), chi.URLParam(r, "id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if err := s.page.Execute(w, conn); err != nil { // planted: idreturned
		s.log.Error("render", "connection", conn.ID, "error", err)
	}
}

func (s *Server) regenerate(w http.ResponseWriter, r *http.Request) {
	conn, err := s.service.Get(r.Context(), chi.URLParam(r, "partner"), r.URL.Query().Get("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.log.Info("regenerate", "connection", regeneration{conn.ID, conn.RoleARN, conn.ExternalID}) // planted: idlogged
	w.WriteHeader(http.StatusAccepted)
}

// regeneration is what is noted of one.
type regeneration struct{ ID, Role, Before string }

// header is for partners whose proxies drop bodies.
func (s *Server) header(w http.ResponseWriter, r *http.Request) {
	word := r.Header.Get("X-External-Id") // planted: idparam
	if word == "" {
		if c, err := r.Cookie("xid"); err == nil { // planted: idparam
			word = c.Value
		}
	}
	if _, err := s.service.Register(r.Context(), Registration{RoleARN: r.Header.Get("X-Role"), ExternalID: word}); err != nil {
		s.fail(w, r, err)
	}
}

// listing links a marketplace listing; its handshake is what STS gets in the end.
func (s *Server) listing(w http.ResponseWriter, r *http.Request) {
	var m domain.Marketplace
	if err := decode(r, &m); err != nil { // planted: idparam program
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.service.Link(r.Context(), m); err != nil {
		s.log.Error("link", "listing", m.Listing, "role", m.StackRole) // decoy: not the handshake
		s.fail(w, r, err)
		return
	}
	s.log.Debug("linked", "marketplace", m) // planted: idlogged program
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

func decode(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<16))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return nil
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.log.Error("request failed", "path", r.URL.Path, "error", err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}
