// Package grpc is a stub of the module's package, as far as fixtures need it.
package grpc

import "context"

type (
	UnaryServerInfo  struct{ FullMethod string }
	StreamServerInfo struct{ FullMethod string }
	UnaryHandler     func(ctx context.Context, req any) (any, error)
	StreamHandler    func(srv any, stream ServerStream) error
)

type ServerStream interface {
	SetHeader(map[string][]string) error
	Context() context.Context
	SendMsg(m any) error
	RecvMsg(m any) error
}
