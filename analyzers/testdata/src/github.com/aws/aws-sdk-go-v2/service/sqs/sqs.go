// Package sqs is a stub of the SDK's package, as far as fixtures need it.
package sqs

import "context"

type Client struct{}

type SendMessageInput struct{ QueueUrl, MessageBody *string }

type SendMessageOutput struct{}

func (*Client) SendMessage(ctx context.Context, in *SendMessageInput) (*SendMessageOutput, error) {
	return nil, nil
}
