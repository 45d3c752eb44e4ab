// Package interceptors shows what stands around every method of a gRPC server: the messages
// of all of them come by, of no type.
package interceptors

import (
	"context"
	"log"
	"log/slog"

	"google.golang.org/grpc"
)

type Connect struct{ RoleArn, ExternalId string }

func (*Connect) ProtoMessage() {}

type Connection struct {
	Name       string
	RoleArn    string
	ExternalId string
}

func (*Connection) ProtoMessage() {}

type server struct{}

func (server) Open(ctx context.Context, in *Connect) (*Connection, error) { return nil, nil }

func logging(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	log.Printf("%s %v", info.FullMethod, req) // want `field Connect.ExternalId .* reaches log.Printf`
	resp, err := handler(ctx, req)
	slog.Info("done", "resp", resp, "err", err) // want `field Connection.ExternalId .* reaches slog.Info`
	return resp, err
}

func quiet(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	log.Printf("%s %T", info.FullMethod, req)
	resp, err := handler(ctx, req)
	slog.Info("done", "method", info.FullMethod, "err", err, "failed", err != nil)
	return resp, err
}

func handedOn(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	show(req) // want `reaches log.Println`
	return handler(ctx, req)
}

func show(v any) { log.Println(v) }

func made() func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		slog.Debug("request", "body", req) // want `reaches slog.Debug`
		return handler(ctx, req)
	}
}

// A function of the same shape that no server calls with messages.
func other(ctx context.Context, req any, info *info, handler func(context.Context, any) (any, error)) (any, error) {
	log.Println(req)
	resp, err := handler(ctx, req)
	log.Println(resp)
	return resp, err
}

type info struct{}

// A stream is wrapped to see what goes through it.
type watched struct{ grpc.ServerStream }

func (w *watched) RecvMsg(m any) error {
	err := w.ServerStream.RecvMsg(m)
	log.Println("received", m) // want `field Connect.ExternalId .* reaches log.Println`
	return err
}

func (w *watched) SendMsg(m any) error {
	log.Println("sends", m) // want `field Connection.ExternalId .* reaches log.Println`
	return w.ServerStream.SendMsg(m)
}

type counted struct {
	grpc.ServerStream
	n int
}

func (c *counted) RecvMsg(m any) error {
	c.n++
	log.Println("message", c.n)
	return c.ServerStream.RecvMsg(m)
}

func (c *counted) SendMsg(m any) error { return c.ServerStream.SendMsg(m) }

func stream(srv any, s grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	log.Println(info.FullMethod)
	return handler(srv, &watched{s})
}
