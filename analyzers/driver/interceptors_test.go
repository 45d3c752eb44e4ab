package driver_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

func TestAnInterceptorSeesTheMessagesOfServersThatItDoesNotImport(t *testing.T) {
	grpc, err := filepath.Abs("../testdata/src/google.golang.org/grpc")
	require.NoError(t, err)
	dir := module(t, map[string]string{
		"go.mod": `module shop

go 1.25

require (
	github.com/aws/aws-sdk-go-v2 v0.0.0
	google.golang.org/grpc v0.0.0
)

replace github.com/aws/aws-sdk-go-v2 => ./stubs

replace google.golang.org/grpc => ./grpc
`,
		"grpc/go.mod": "module google.golang.org/grpc\n\ngo 1.25\n",
		"pb/pb.go": `package pb

type Link struct{ Name, RoleARN, ExternalID string }

func (*Link) ProtoMessage() {}
`,
		"server/server.go": `package server

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"shop/pb"
)

type Server struct{ c *sts.Client }

func (s *Server) Open(ctx context.Context, in *pb.Link) (*pb.Link, error) {
	s.c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
	return &pb.Link{Name: in.Name}, nil
}
`,
		"middleware/middleware.go": `package middleware

import (
	"context"
	"log"

	"google.golang.org/grpc"
)

func Log(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	log.Println(info.FullMethod)
	log.Println(req)
	return handler(ctx, req)
}
`,
	})
	require.NoError(t, os.CopyFS(filepath.Join(dir, "grpc"), os.DirFS(grpc)))
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, []string{"middleware.go:12 idlogged", "server.go:12 idparam"}, found(r))
}
