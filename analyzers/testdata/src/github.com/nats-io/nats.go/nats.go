// Package nats is a stub of the module's package, as far as fixtures need it.
package nats

type Header map[string][]string

func (h Header) Set(key, value string)

type Msg struct {
	Subject string
	Header  Header
	Data    []byte
}

func NewMsg(subject string) *Msg

type Conn struct{}

func (c *Conn) PublishMsg(m *Msg) error
