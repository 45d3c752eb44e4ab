// Package unrelated has a server whose messages hold no External ID.
package unrelated

import (
	"context"
	"log"

	"google.golang.org/grpc"
)

type Ping struct{ Name string }

func (*Ping) ProtoMessage() {}

type server struct{}

func (server) Ping(ctx context.Context, in *Ping) (*Ping, error) { return in, nil }

func logging(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	resp, err := handler(ctx, req)
	log.Println(req, resp)
	return resp, err
}
