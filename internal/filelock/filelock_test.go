package filelock_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/filelock"
)

func TestMain(m *testing.M) {
	if name := os.Getenv("FILELOCK_HOLD"); name != "" {
		if _, err := filelock.Try(name); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("held\n")
		select {}
	}
	os.Exit(m.Run())
}

func TestOneHolderAtATime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "lock")
	assert.False(t, filelock.Abandoned(name), "there is no file")
	held, err := filelock.Try(name)
	require.NoError(t, err)
	_, err = filelock.Try(name)
	assert.ErrorIs(t, err, filelock.ErrHeld)
	assert.False(t, filelock.Abandoned(name))
	require.NoError(t, held.Release())
	assert.True(t, filelock.Abandoned(name))
	again, err := filelock.Try(name)
	require.NoError(t, err)
	require.NoError(t, again.Release())
}

// Whoever is killed lets go, at once and without a word.
func TestKilledHolderLetsGo(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), "FILELOCK_HOLD="+name)
	out, err := holder.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, holder.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	assert.False(t, filelock.Abandoned(name))
	require.NoError(t, holder.Process.Kill())
	_ = holder.Wait()
	assert.True(t, filelock.Abandoned(name))
}
