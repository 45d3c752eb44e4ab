// Package handlersin shows, for requests, functions that frameworks call: their parameters are
// requests and their results responses.
package handlersin

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type integration struct {
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
}

func find(role string) integration

func lambda(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	b, err := json.Marshal(find(e.QueryStringParameters["role"]))
	if err != nil {
		return events.APIGatewayProxyResponse{StatusCode: 500}, err
	}
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(b)}, nil
}

var client *sts.Client

func lambdaAccepts(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	var req integration
	if err := json.Unmarshal([]byte(e.Body), &req); err != nil { // want `Lambda event value "Body" reaches STS`
		return events.APIGatewayProxyResponse{StatusCode: 400}, nil
	}
	client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &req.RoleARN, ExternalId: &req.ExternalID})
	return events.APIGatewayProxyResponse{StatusCode: 204}, nil
}

// Message is what generated protobuf code looks like.
type Message struct{ Id, RoleArn, ExternalId string }

func (*Message) ProtoMessage()           {}
func (m *Message) GetExternalId() string { return m.ExternalId }
func (m *Message) GetRoleArn() string    { return m.RoleArn }

type service struct{}

func (service) Create(ctx context.Context, in *Message) (*Message, error) {
	xid := in.GetExternalId() // want `gRPC request value "ExternalId" reaches STS`
	if in.RoleArn == "" || xid == "" {
		return nil, nil
	}
	client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleArn, ExternalId: &xid})
	return &Message{Id: in.Id}, nil
}

func (service) Checked(ctx context.Context, in *Message) (*Message, error) {
	xid := find(in.GetRoleArn()).ExternalID
	if xid == in.GetExternalId() {
		client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleArn, ExternalId: &xid})
	}
	return nil, nil
}

type mutationResolver struct{}

func (mutationResolver) Connect(ctx context.Context, in integration) (bool, error) { // want `GraphQL input reaches STS`
	client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:    &in.RoleARN,
		ExternalId: &in.ExternalID,
	})
	return true, nil
}

func (mutationResolver) Known(ctx context.Context, role string) (bool, error) {
	in := find(role)
	client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
	return true, nil
}

// generated code of gRPC looks like go-kit's endpoints, and is none.
func handler(srv any, ctx context.Context, dec func(any) error) (any, error) {
	in := new(Message)
	if err := dec(in); err != nil {
		return nil, err
	}
	inner := func(ctx context.Context, req any) (any, error) { return srv.(service).Create(ctx, req.(*Message)) }
	return inner(ctx, in)
}
