// Package rpc serves gRPC to the desktop application.
package rpc

import (
	"context"
	"errors"
	"log/slog"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	skywatchv1 "example.com/skywatch/gen/skywatchv1"
	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mint"
	"example.com/skywatch/internal/telemetry"
)

// Store is what the server needs of it.
type Store interface {
	Connection(ctx context.Context, customer, id string) (domain.Connection, error)
	List(ctx context.Context, customer string, limit int) ([]domain.Connection, error)
	Insert(ctx context.Context, c domain.Connection) error
	Rotate(ctx context.Context, id, externalID string) error
}

// Trier tries a role.
type Trier interface {
	Try(ctx context.Context, role, externalID string) error
}

// Server implements skywatch.v1.Connections.
type Server struct {
	skywatchv1.UnimplementedConnectionsServer

	store Store
	trier Trier
	log   telemetry.Logger
}

// New makes one.
func New(store Store, trier Trier, log telemetry.Logger) *Server {
	return &Server{store: store, trier: trier, log: log}
}

// CreateConnection stores what the application sends.
func (s *Server) CreateConnection(ctx context.Context, req *skywatchv1.CreateConnectionRequest) (*skywatchv1.CreateConnectionResponse, error) {
	conn := domain.Connection{
		AccountID:  req.GetAccountId(),
		RoleARN:    req.GetRoleArn(),
		ExternalID: req.GetExternalId(), // planted: idparam
		Regions:    req.GetRegions(),
		Status:     domain.Pending,
	}
	if err := s.store.Insert(ctx, conn); err != nil {
		slog.ErrorContext(ctx, "insert", "request", req) // planted: idlogged
		return nil, status.Error(codes.Internal, "cannot store the connection")
	}
	return &skywatchv1.CreateConnectionResponse{Connection: summary(conn)}, nil // decoy: a summary
}

// GetConnection shows everything.
func (s *Server) GetConnection(ctx context.Context, req *skywatchv1.GetConnectionRequest) (*skywatchv1.GetConnectionResponse, error) {
	conn, err := s.store.Connection(ctx, "", req.GetId())
	if errors.Is(err, domain.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "no connection %s", req.GetId())
	}
	if err != nil {
		return nil, status.Error(codes.Internal, "cannot read the connection")
	}
	s.log.Debug(ctx, "get", map[string]any{"connection": conn.ID, "role": conn.RoleARN}) // decoy: names it only
	return &skywatchv1.GetConnectionResponse{Connection: whole(conn)}, nil               // planted: idreturned
}

// ListConnections shows summaries.
func (s *Server) ListConnections(ctx context.Context, req *skywatchv1.ListConnectionsRequest) (*skywatchv1.ListConnectionsResponse, error) {
	list, err := s.store.List(ctx, req.GetCustomerId(), int(req.GetPageSize()))
	if err != nil {
		return nil, status.Error(codes.Internal, "cannot list")
	}
	res := &skywatchv1.ListConnectionsResponse{}
	for _, c := range list {
		res.Connections = append(res.Connections, summary(c))
	}
	return res, nil // decoy: summaries
}

// TestConnection tries what the application sends.
func (s *Server) TestConnection(ctx context.Context, req *skywatchv1.TestConnectionRequest) (*skywatchv1.TestConnectionResponse, error) {
	if err := domain.CheckRole(req.GetRoleArn()); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if err := s.trier.Try(ctx, req.RoleArn, req.ExternalId); err != nil { // planted: idparam
		return nil, status.Errorf(codes.PermissionDenied, "cannot assume %s with %s", req.RoleArn, req.ExternalId) // planted: idreturned
	}
	return &skywatchv1.TestConnectionResponse{Ok: true, Detail: "as " + req.GetRoleArn()}, nil // decoy: the role
}

// RotateExternalId is there to show the new one.
func (s *Server) RotateExternalId(ctx context.Context, req *skywatchv1.RotateExternalIdRequest) (*skywatchv1.RotateExternalIdResponse, error) {
	conn, err := s.store.Connection(ctx, "", req.GetId())
	if err != nil {
		return nil, status.Error(codes.NotFound, "no such connection")
	}
	mint.Fill(&conn)
	if err := s.store.Rotate(ctx, conn.ID, conn.ExternalID); err != nil {
		return nil, status.Error(codes.Internal, "cannot rotate")
	}
	s.log.Info(ctx, "rotated", map[string]any{"connection": conn.ID, "length": len(conn.ExternalID)}) // decoy: its length
	return &skywatchv1.RotateExternalIdResponse{ExternalId: conn.ExternalID}, nil                     // planted: idreturned
}

func summary(c domain.Connection) *skywatchv1.Summary {
	return &skywatchv1.Summary{Id: c.ID, AccountId: c.AccountID, Status: string(c.Status)}
}

func whole(c domain.Connection) *skywatchv1.Connection {
	return &skywatchv1.Connection{Id: c.ID, AccountId: c.AccountID, RoleArn: c.RoleARN, ExternalId: c.ExternalID, Status: string(c.Status)}
}
