package idparam

import (
	"context"

	"github.com/graph-gophers/graphql-go"
)

// root is called by the framework with the arguments of a query.
type root struct{ trust connector }

type connectionResolver struct{ role string }

func (r *root) Connect(ctx context.Context, args struct{ RoleArn, Handshake string }) *connectionResolver { // want `External ID accepted from a request: GraphQL input value "Handshake"`
	r.trust.Connect(ctx, args.RoleArn, args.Handshake)
	return &connectionResolver{args.RoleArn}
}

func (c *connectionResolver) Role() string { return c.role }

// reconnect is no field of the schema: the framework calls exported methods.
func (r *root) reconnect(ctx context.Context, args struct{ RoleArn, Handshake string }) {
	r.trust.Connect(ctx, args.RoleArn, args.Handshake)
}

var _ = graphql.MustParseSchema("", &root{})

// mutationResolver is one of gqlgen's, which hands over each argument by itself.
type mutationResolver struct{ trust connector }

func (r *mutationResolver) Connect(ctx context.Context, roleArn string, handshake string) (*string, error) { // want `External ID accepted from a request: GraphQL input value "handshake"`
	r.trust.Connect(ctx, roleArn, handshake)
	return &roleArn, nil
}
