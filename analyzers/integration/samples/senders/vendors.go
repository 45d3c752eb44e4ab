package senders

import (
	"strings"

	"github.com/gorilla/websocket"
	"github.com/hashicorp/go-retryablehttp"
	sendgrid "github.com/sendgrid/sendgrid-go/helpers/mail"
	"github.com/slack-go/slack"

	"example.com/samples/model"
)

func retried(c *retryablehttp.Client, in model.Link) {
	_, _ = c.Get("https://partner.example/?x=" + in.ExternalID)                                                // planted: idsent
	_, _ = c.Get("https://partner.example/?role=" + in.RoleARN)                                                // decoy: the role
	_, _ = retryablehttp.NewRequest("POST", "https://partner.example/", strings.NewReader("x="+in.ExternalID)) // planted: idsent
	_, _ = c.Post("https://partner.example/", "text/plain", strings.NewReader(model.Mask(in.ExternalID)))      // decoy: masked
}

func chat(api *slack.Client, in model.Link) {
	_ = slack.PostWebhook("https://hooks.example/", &slack.WebhookMessage{Text: "connected with " + in.ExternalID}) // planted: idsent
	_ = slack.PostWebhook("https://hooks.example/", &slack.WebhookMessage{Text: "connected " + in.RoleARN})         // decoy: the role
	_, _, _ = api.PostMessage("links", slack.MsgOptionText("connected with "+in.ExternalID, false))                 // planted: idsent
	_, _, _ = api.PostMessage("links", slack.MsgOptionText("connected "+in.ID, false))                              // decoy: its own ID
}

func mails(from, to *sendgrid.Email, in model.Link) {
	_ = sendgrid.NewSingleEmail(from, "Connected", to, "Keep this: "+in.ExternalID, "") // planted: idsent
	_ = sendgrid.NewSingleEmail(from, "Connected", to, "As "+in.RoleARN, "")            // decoy: the role
}

func pushed(c *websocket.Conn, in model.Link) {
	_ = c.WriteJSON(in)                                      // planted: idreturned
	_ = c.WriteJSON(map[string]string{"role": in.RoleARN})   // decoy: the role
	_ = c.WriteMessage(websocket.TextMessage, []byte(in.ID)) // decoy: its own ID
}
