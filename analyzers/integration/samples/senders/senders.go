// Package senders has clients of others say too much once, and once not.
package senders

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/IBM/sarama"
	"github.com/go-resty/resty/v2"
	"github.com/nats-io/nats.go"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/segmentio/kafka-go"
	"github.com/valyala/fasthttp"
	"gopkg.in/gomail.v2"

	"example.com/samples/model"
)

func plain(ctx context.Context, in model.Link) {
	_, _ = http.Get("https://partner.example/?x=" + url.QueryEscape(in.ExternalID))                          // planted: idsent
	_, _ = http.PostForm("https://partner.example/", url.Values{"role": {in.RoleARN}})                       // decoy: the role
	_, _ = http.PostForm("https://partner.example/", url.Values{"x": {in.ExternalID}})                       // planted: idsent
	_, _ = http.Post("https://partner.example/", "text/plain", strings.NewReader(model.Mask(in.ExternalID))) // decoy: masked
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://partner.example/", nil)
	q := req.URL.Query()
	q.Set("role", in.RoleARN) // decoy: the role
	req.URL.RawQuery = q.Encode()
	req.Header.Set("X-External-Id", in.ExternalID) // planted: idsent
}

func restys(c *resty.Client, in model.Link) {
	_, _ = c.R().SetBody(in).Post("https://partner.example/")                                    // planted: idsent
	_, _ = c.R().SetQueryParams(map[string]string{"x": in.ExternalID}).Get("https://p.example/") // planted: idsent
	_, _ = c.R().SetBody(map[string]string{"role": in.RoleARN}).Post("https://p.example/")       // decoy: the role
}

func fast(in model.Link) {
	req := fasthttp.AcquireRequest()
	req.SetRequestURI("https://partner.example/" + in.RoleARN) // decoy: the role
	req.Header.Set("X-External-Id", in.ExternalID)             // planted: idsent
	req.SetBodyString(in.ExternalID)                           // planted: idsent
	_ = fasthttp.Do(req, fasthttp.AcquireResponse())
}

func queues(ctx context.Context, n *nats.Conn, ch *amqp.Channel, k *kafka.Writer, p sarama.SyncProducer, a sarama.AsyncProducer, in model.Link) {
	b, _ := json.Marshal(in)
	role := []byte(in.RoleARN)
	_ = n.Publish("links", b)                                                                                 // planted: idsent
	_ = n.Publish("links", role)                                                                              // decoy: the role
	_ = n.PublishMsg(&nats.Msg{Subject: "links", Data: b})                                                    // planted: idsent
	_ = ch.PublishWithContext(ctx, "", "links", false, false, amqp.Publishing{Body: b})                       // planted: idsent
	_ = ch.PublishWithContext(ctx, "", "links", false, false, amqp.Publishing{Body: role})                    // decoy: the role
	_ = k.WriteMessages(ctx, kafka.Message{Value: b})                                                         // planted: idsent
	_ = k.WriteMessages(ctx, kafka.Message{Value: role})                                                      // decoy: the role
	_, _, _ = p.SendMessage(&sarama.ProducerMessage{Topic: "links", Value: sarama.ByteEncoder(b)})            // planted: idsent
	_, _, _ = p.SendMessage(&sarama.ProducerMessage{Topic: "links", Value: sarama.StringEncoder(in.RoleARN)}) // decoy: the role
	a.Input() <- &sarama.ProducerMessage{Topic: "links", Value: sarama.StringEncoder(in.ExternalID)}          // planted: idsent
}

func mail(in model.Link) {
	m := gomail.NewMessage()
	m.SetHeader("Subject", "You are connected as "+in.RoleARN) // decoy: the role
	m.SetBody("text/plain", "Keep this: "+in.ExternalID)       // planted: idsent
}
