package target

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/kevinburke/ssh_config"
	"golang.org/x/crypto/ssh"
)

// auth says how we prove to a server who we are. Nil leaves it to go-git, which
// knows the credentials of a URL and asks the ssh-agent; it does not look for
// key files, as ssh does where no agent runs.
func auth(name string) (transport.AuthMethod, error) {
	at, err := transport.NewEndpoint(name)
	if err != nil || at.Protocol != "ssh" || at.Password != "" || os.Getenv("SSH_AUTH_SOCK") != "" {
		return nil, nil //nolint:nilerr // go-git will say what is wrong with the URL
	}
	keys, err := signers(at.Host)
	if err != nil {
		return nil, err
	}
	return &gitssh.PublicKeysCallback{
		User:     at.User,
		Callback: func() ([]ssh.Signer, error) { return keys, nil },
	}, nil
}

// signers reads the keys for a host. Those that need a passphrase are left to an
// agent; an error says so if there are no others.
func signers(host string) ([]ssh.Signer, error) {
	var keys []ssh.Signer
	var locked []string
	for _, file := range identities(host) {
		pem, err := os.ReadFile(file)
		if err != nil {
			continue // as ssh does: it is a list of what may be there
		}
		key, err := ssh.ParsePrivateKey(pem)
		var needs *ssh.PassphraseMissingError
		switch {
		case err == nil:
			keys = append(keys, key)
		case errors.As(err, &needs):
			locked = append(locked, file)
		}
	}
	switch {
	case len(keys) > 0:
		return keys, nil
	case len(locked) > 0:
		return nil, fmt.Errorf("%s needs a passphrase: start an ssh-agent and add it (ssh-add)", strings.Join(locked, ", "))
	}
	return nil, errors.New("no ssh key: neither an ssh-agent ($SSH_AUTH_SOCK) nor a key file in ~/.ssh")
}

// identities lists the key files that ssh would try for a host: those of the
// user's configuration, then those with the usual names (ssh_config(5),
// IdentityFile).
func identities(host string) []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	files := ssh_config.GetAll(host, "IdentityFile")
	for _, name := range []string{"id_rsa", "id_ecdsa", "id_ed25519"} {
		files = append(files, filepath.Join("~", ".ssh", name))
	}
	for i, f := range files {
		if rest, ok := strings.CutPrefix(f, "~/"); ok {
			files[i] = filepath.Join(home, rest)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}
