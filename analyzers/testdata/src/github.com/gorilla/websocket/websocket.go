// Package websocket is a stub of the module, as far as fixtures need it.
package websocket

import "net/http"

type Conn struct{}

func (*Conn) ReadJSON(v any) error                  { return nil }
func (*Conn) ReadMessage() (int, []byte, error)     { return 0, nil, nil }
func (*Conn) WriteJSON(v any) error                 { return nil }
func (*Conn) WriteMessage(kind int, b []byte) error { return nil }

type Upgrader struct{}

func (*Upgrader) Upgrade(w http.ResponseWriter, r *http.Request, h http.Header) (*Conn, error) {
	return nil, nil
}

type Dialer struct{}

func (*Dialer) Dial(url string, h http.Header) (*Conn, *http.Response, error) { return nil, nil, nil }
