// Command onboard is the Lambda behind the custom resource of the onboarding stack
// and behind the function URL of the launch page.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mint"
)

type handler struct{ sts *sts.Client }

// request is the body of POST /onboard.
type request struct {
	RoleARN    string `json:"roleArn"`
	ExternalID string `json:"externalId"`
	Customer   string `json:"customer"`
}

// onboard tries the role that a customer entered.
func (h *handler) onboard(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	log.Printf("%s %s", ev.RequestContext.HTTP.Method, ev.RawPath) // decoy: method and path
	var req request
	if err := json.Unmarshal([]byte(ev.Body), &req); err != nil { // planted: idparam
		return answer(http.StatusBadRequest, `{"error":"bad request"}`), nil
	}
	_, err := h.sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         &req.RoleARN,
		ExternalId:      &req.ExternalID,
		RoleSessionName: aws.String("onboard"),
	})
	if err != nil {
		log.Printf("onboard %+v: %v", req, err) // planted: idlogged
		return answer(http.StatusOK, fmt.Sprintf(`{"ok":false,"role":%q}`, req.RoleARN)), nil
	}
	return answer(http.StatusOK, `{"ok":true}`), nil
}

// start makes an External ID and shows the link that has it in.
func (h *handler) start(_ context.Context, ev events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	conn := domain.Connection{CustomerID: ev.QueryStringParameters["customer"], ExternalID: mint.New()}
	body, err := json.Marshal(map[string]string{"customer": conn.CustomerID, "external_id": conn.ExternalID})
	if err != nil {
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	return events.LambdaFunctionURLResponse{StatusCode: http.StatusOK, Body: string(body)}, nil // planted: idreturned
}

// status tells how an onboarding goes.
func (h *handler) status(_ context.Context, ev events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	id := ev.QueryStringParameters["id"]
	body, err := json.Marshal(domain.Connection{ID: id, Status: domain.Pending}.Summarize())
	if err != nil {
		return events.LambdaFunctionURLResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	return events.LambdaFunctionURLResponse{StatusCode: http.StatusOK, Body: string(body)}, nil // decoy: a summary
}

// direct is called by the console's own backend with the query string.
func (h *handler) direct(ctx context.Context, ev events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	role := ev.QueryStringParameters["role"]
	word := ev.QueryStringParameters["external_id"] // planted: idparam
	in := sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("direct")}
	if strings.TrimSpace(word) != "" {
		in.ExternalId = aws.String(strings.TrimSpace(word))
	}
	if _, err := h.sts.AssumeRole(ctx, &in); err != nil {
		return events.APIGatewayProxyResponse{StatusCode: http.StatusForbidden, Body: "AWS refused " + role}, nil // decoy: the role
	}
	return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, nil
}

func answer(status int, body string) events.APIGatewayV2HTTPResponse {
	return events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: map[string]string{"Content-Type": "application/json"}, Body: body}
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	h := &handler{sts.NewFromConfig(cfg)}
	switch os.Getenv("HANDLER") {
	case "start":
		lambda.Start(h.start)
	case "status":
		lambda.Start(h.status)
	case "direct":
		lambda.Start(h.direct)
	default:
		lambda.Start(h.onboard)
	}
}
