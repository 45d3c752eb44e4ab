package target_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

func TestRepository(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repository := func() finding.Repository {
		t.Helper()
		opened, err := target.Open(t.Context(), repo.Dir, target.Options{})
		require.NoError(t, err)
		defer func() { require.NoError(t, opened.Close()) }()
		require.NotNil(t, opened.Repository)
		return *opened.Repository
	}
	assert.Equal(t, finding.Repository{Branch: "main"}, repository())
	head := repo.Commit("a", "a")
	assert.Equal(t, finding.Repository{Branch: "main", Revision: head}, repository())
	repo.Git("remote", "add", "fork", "https://example.com/fork.git")
	assert.Equal(t, "https://example.com/fork.git", repository().URL)
	repo.Git("remote", "add", "origin", "placeholder")
	for remote, want := range map[string]string{
		"https://example.com/org/repo.git":            "https://example.com/org/repo.git",
		"https://user:token@example.com/org/repo.git": "https://example.com/org/repo.git",
		"https://token@example.com/repo?private=x":    "https://example.com/repo",
		"ssh://git@example.com:22/repo":               "ssh://example.com:22/repo",
		"git@example.com:org/repo.git":                "ssh://example.com/org/repo.git",
		"user:token@example.com:org/repo.git":         "ssh://example.com/org/repo.git",
		"/home/ada/repo.git":                          "",
		"../repo.git":                                 "",
		"file:///home/ada/repo.git":                   "",
		"ext::sh -c evil":                             "",
	} {
		repo.Git("remote", "set-url", "origin", remote)
		assert.Equal(t, want, repository().URL, remote)
	}
	repo.Git("checkout", "-q", "--detach")
	assert.Equal(t, "", repository().Branch)
	assert.Equal(t, head, repository().Revision)
}

func TestDirectoryIsNoRepository(t *testing.T) {
	opened, err := target.Open(t.Context(), t.TempDir(), target.Options{})
	require.NoError(t, err)
	assert.Nil(t, opened.Repository)
	assert.NoError(t, opened.Close())
}
