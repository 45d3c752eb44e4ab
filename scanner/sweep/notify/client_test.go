package notify

import (
	"net"
	"net/smtp"
	"testing"

	"github.com/stretchr/testify/require"
)

// nilClient is a client of a mail server that offers nothing.
func nilClient(t *testing.T, o *postOffice) *smtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", o.Addr().String())
	require.NoError(t, err)
	c, err := smtp.NewClient(conn, "127.0.0.1")
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}
