// Package events is a stub, as far as fixtures need it.
package events

type APIGatewayProxyRequest struct {
	Body                  string
	QueryStringParameters map[string]string
}

type APIGatewayProxyResponse struct {
	StatusCode int
	Body       string
}

// LambdaFunctionURLRequest is a stub.
type LambdaFunctionURLRequest struct {
	Body                  string
	QueryStringParameters map[string]string
}

type SNSEvent struct{ Records []SNSRecord }

type SNSRecord struct{ Subject, Message string }
