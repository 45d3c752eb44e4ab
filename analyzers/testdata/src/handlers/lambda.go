// Package handlers shows functions that frameworks call: their parameters are
// requests and their results responses.
package handlers

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
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(b)}, nil // want `External ID returned`
}

var client *sts.Client

func lambdaAccepts(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	var req integration
	if err := json.Unmarshal([]byte(e.Body), &req); err != nil {
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

func (service) Get(ctx context.Context, in *Message) (*Message, error) {
	i := find(in.GetRoleArn())
	if in.Id == "" {
		return &Message{RoleArn: i.RoleARN}, nil
	}
	return &Message{RoleArn: i.RoleARN, ExternalId: i.ExternalID}, nil // want `External ID returned`
}

type mutationResolver struct{}

func (mutationResolver) Integration(ctx context.Context, role string) (*integration, error) {
	i := find(role)
	return &i, nil // want `External ID returned`
}

func (mutationResolver) Role(ctx context.Context, role string) (string, error) {
	return find(role).RoleARN, nil
}
