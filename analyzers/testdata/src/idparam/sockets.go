package idparam

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/gorilla/websocket"
)

var upgrader websocket.Upgrader

type hello struct{ RoleARN, ExternalID string }

func socket(w http.ResponseWriter, r *http.Request, trust connector) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	var h hello
	if conn.ReadJSON(&h) != nil { // want `External ID accepted from a request`
		return
	}
	trust.Connect(r.Context(), h.RoleARN, h.ExternalID)
}

// What a server that we have called says is no request.
func client(ctx context.Context, d *websocket.Dialer, trust connector) {
	conn, _, err := d.Dial("wss://broker.internal", nil)
	if err != nil {
		return
	}
	var h hello
	if conn.ReadJSON(&h) == nil {
		trust.Connect(ctx, h.RoleARN, h.ExternalID)
	}
}

// What is put into our own queue is taken for our own when it is read from it.
func queued(w http.ResponseWriter, r *http.Request, q *sqs.Client) {
	var h hello
	if json.NewDecoder(r.Body).Decode(&h) != nil { // want `External ID accepted from a request`
		return
	}
	b, _ := json.Marshal(h)
	q.SendMessage(r.Context(), &sqs.SendMessageInput{MessageBody: aws.String(string(b))})
}

func queuedWithout(w http.ResponseWriter, r *http.Request, q *sqs.Client) {
	var h struct{ Name string }
	if json.NewDecoder(r.Body).Decode(&h) != nil {
		return
	}
	b, _ := json.Marshal(h)
	q.SendMessage(r.Context(), &sqs.SendMessageInput{MessageBody: aws.String(string(b))})
}
