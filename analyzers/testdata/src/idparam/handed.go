package idparam

import (
	"context"
	"encoding/json"
	"net/http"

	"idparam/typed"
)

// Functions that one of the project's own calls with what it decoded.

type connected struct{ OK bool }

func (s *server) typed(ctx context.Context, in createRequest) (connected, error) {
	s.trust.Connect(ctx, in.RoleARN, in.ExternalID) // want `External ID accepted from a request: API request`
	return connected{true}, nil
}

func (s *server) typedPointer(ctx context.Context, in *createRequest) (connected, error) {
	s.trust.Connect(ctx, in.RoleARN, in.ExternalID) // want `External ID accepted from a request: API request`
	return connected{true}, nil
}

func (s *server) reconnect(ctx context.Context, in createRequest) error {
	s.trust.Connect(ctx, in.RoleARN, in.ExternalID)
	return nil
}

func decoded[In any](fn func(In) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if json.NewDecoder(r.Body).Decode(&in) == nil {
			fn(in)
		}
	}
}

func (s *server) handed(mux *http.ServeMux, stored []createRequest) {
	mux.Handle("POST /typed", typed.Handle(s.typed))
	mux.Handle("PUT /typed", typed.Handle(s.typedPointer))
	mux.Handle("PATCH /typed", decoded(func(in createRequest) error {
		s.trust.Connect(context.Background(), in.RoleARN, in.ExternalID) // want `External ID accepted from a request: API request`
		return nil
	}))
	mux.Handle("POST /label", decoded(func(in createRequest) error {
		_, err := s.store.Find(context.Background(), in.Label)
		return err
	}))
	typed.Each(stored, s.reconnect)
}
