// Package elsewhere has the interceptors of a server that it imports.
package elsewhere

import (
	"context"
	"log"

	"google.golang.org/grpc"

	"interceptors"
)

var _ *interceptors.Connect

func logging(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	resp, err := handler(ctx, req)
	log.Println(resp) // want `field Connection.ExternalId .* reaches log.Println`
	return resp, err
}
