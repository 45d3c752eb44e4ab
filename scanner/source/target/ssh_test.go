package target_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// sshHome makes a home directory with a key, and returns the key.
func sshHome(t *testing.T, passphrase string) ssh.PublicKey {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("SSH_AUTH_SOCK", "")
	t.Setenv("SSH_KNOWN_HOSTS", filepath.Join(home, ".ssh", "known_hosts"))
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), pem.EncodeToMemory(block), 0o600))
	key, err := ssh.NewPublicKey(public)
	require.NoError(t, err)
	return key
}

// sshServer serves git over ssh to whoever has the key, and returns its address.
// Its own key is written to the file of known hosts.
func sshServer(t *testing.T, client ssh.PublicKey) string {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	host, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(client.Marshal()) {
			return nil, os.ErrPermission
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSSH(conn, config)
		}
	}()
	address := listener.Addr().String()
	line := knownhosts.Line([]string{knownhosts.Normalize(address)}, host.PublicKey())
	require.NoError(t, os.WriteFile(os.Getenv("SSH_KNOWN_HOSTS"), []byte(line+"\n"), 0o600))
	return address
}

func serveSSH(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		go serveSession(channel, requests)
	}
}

func serveSession(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			_ = r.Reply(false, nil)
			continue
		}
		_ = r.Reply(true, nil)
		var command struct{ Line string }
		if ssh.Unmarshal(r.Payload, &command) != nil {
			return
		}
		program, path, _ := strings.Cut(command.Line, " ")
		cmd := exec.Command("git", strings.TrimPrefix(program, "git-"), strings.Trim(path, "'"))
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(in, channel)
			in.Close()
		}()
		cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
		status := struct{ Code uint32 }{0}
		if cmd.Run() != nil {
			status.Code = 1
		}
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
		return
	}
}

func TestCloneOverSSH(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "over ssh")
	address := sshServer(t, sshHome(t, ""))
	x := open(t, "ssh://git@"+address+repo.Dir, target.Options{})
	assert.True(t, sourcetest.Record(t, x).Has("over ssh"))
}

func TestCloneOverSSHThatFails(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "over ssh")
	fails := func(t *testing.T, address string) string {
		_, err := target.Open(t.Context(), "ssh://git@"+address+repo.Dir, target.Options{})
		require.Error(t, err)
		return err.Error()
	}
	t.Run("another host than the known one", func(t *testing.T) {
		key := sshHome(t, "")
		address := sshServer(t, key)
		other := sshServer(t, key) // the file of known hosts is overwritten
		require.NotEqual(t, address, other)
		assert.Contains(t, fails(t, address), "knownhosts: key is unknown")
	})
	t.Run("a key that the server does not know", func(t *testing.T) {
		address := sshServer(t, sshHome(t, ""))
		known, err := os.ReadFile(os.Getenv("SSH_KNOWN_HOSTS"))
		require.NoError(t, err)
		sshHome(t, "")
		require.NoError(t, os.WriteFile(os.Getenv("SSH_KNOWN_HOSTS"), known, 0o600))
		assert.Contains(t, fails(t, address), "unable to authenticate")
	})
	t.Run("a key that needs a passphrase", func(t *testing.T) {
		address := sshServer(t, sshHome(t, "placeholder"))
		assert.Contains(t, fails(t, address), "needs a passphrase: start an ssh-agent")
	})
	t.Run("no key at all", func(t *testing.T) {
		t.Setenv("HOME", t.TempDir())
		t.Setenv("SSH_AUTH_SOCK", "")
		assert.Contains(t, fails(t, "127.0.0.1:1"), "no ssh key")
	})
}
