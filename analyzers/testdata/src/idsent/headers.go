package idsent

import (
	"github.com/nats-io/nats.go"
)

func inAHeader(bus *nats.Conn, in integration) {
	m := nats.NewMsg("links")
	m.Header.Set("Word", in.ExternalID)
	bus.PublishMsg(m) // want `External ID sent`

	quiet := nats.NewMsg("links")
	quiet.Header.Set("Role", in.RoleARN)
	bus.PublishMsg(quiet)
}
