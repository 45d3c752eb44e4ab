package driver_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// TestMain lets the test binary be go vet's tool.
func TestMain(m *testing.M) {
	if driver.IsUnit(os.Args[1:]) {
		driver.UnitMain(policy.Config{})
	}
	os.Exit(m.Run())
}

// module lays out a module whose dependencies are the passes' stubs.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	stubs, err := filepath.Abs("../testdata/src/github.com/aws/aws-sdk-go-v2")
	require.NoError(t, err)
	require.NoError(t, os.CopyFS(filepath.Join(dir, "stubs"), os.DirFS(stubs)))
	put := func(name, text string) {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	put("stubs/go.mod", "module github.com/aws/aws-sdk-go-v2\n\ngo 1.25\n")
	put("go.mod", "module shop\n\ngo 1.25\n\nrequire github.com/aws/aws-sdk-go-v2 v0.0.0\n\nreplace github.com/aws/aws-sdk-go-v2 => ./stubs\n")
	for name, text := range files {
		put(name, text)
	}
	return dir
}

var shop = map[string]string{
	"store/store.go": `package store

type Integration struct{ Name, RoleARN, Handshake string }
`,
	"aws/aws.go": `package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"shop/store"
)

func Assume(ctx context.Context, c *sts.Client, in *store.Integration) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.Handshake})
}
`,
	"api/api.go": `package api

import (
	"log"

	"shop/store"
)

func Show(in *store.Integration) {
	log.Println(in.Name)
	log.Println(in.Handshake)
}
`,
}

func found(r *driver.Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s:%d %s", filepath.Base(f.Position.Filename), f.Position.Line, f.Pass))
	}
	return out
}

func TestAFieldIsKnownWhereNobodyImportsItsUse(t *testing.T) {
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, shop)}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, []string{"api.go:11 idlogged"}, found(r))
	require.NotEmpty(t, r.Findings[0].Steps)
	require.Equal(t, 3, r.Packages)
}

func TestWhatDoesNotCompileIsToldAndTheRestAnalysed(t *testing.T) {
	files := map[string]string{"broken/broken.go": "package broken\n\nfunc F() int { return undefined }\n"}
	for name, text := range shop {
		files[name] = text
	}
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, files)}, policy.Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"api.go:11 idlogged"}, found(r))
	require.NotEmpty(t, r.Problems)
	require.Equal(t, "shop/broken", r.Problems[0].Package)
	require.Contains(t, r.Problems[0].Message, "undefined")
}

func TestTwoRunsSayTheSame(t *testing.T) {
	files := map[string]string{}
	for name, text := range shop {
		files[name] = text
	}
	for _, p := range []string{"one", "two", "three"} { // as many reasons, all as good
		files[p+"/aws.go"] = strings.NewReplacer("package aws", "package "+p, "&sts.AssumeRoleInput{", "&sts.AssumeRoleInput{ // "+p+"\n").Replace(shop["aws/aws.go"])
		files[p+"/options.go"] = "package " + p + "\n\nimport (\n\t\"github.com/aws/aws-sdk-go-v2/credentials/stscreds\"\n\t\"shop/store\"\n)\n\nfunc Option(in *store.Integration) func(*stscreds.AssumeRoleOptions) {\n\treturn func(o *stscreds.AssumeRoleOptions) { o.ExternalID = &in.Handshake }\n}\n"
	}
	dir := module(t, files)
	var first []string
	for range 5 {
		r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
		require.NoError(t, err)
		var all []string
		for _, f := range r.Findings {
			all = append(all, f.Position.String()+" "+f.Message)
			for _, s := range f.Steps {
				all = append(all, s.Position.String()+" "+s.Message)
			}
		}
		require.NotEmpty(t, all)
		if first == nil {
			first = all
		}
		require.Equal(t, first, all)
	}
}

func TestAMarkCrossesAnInterface(t *testing.T) {
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, map[string]string{
		"web/web.go": `package web

import (
	"context"
	"net/http"
)

type connector interface {
	Connect(ctx context.Context, a, b string) error
}

func Handle(c connector, w http.ResponseWriter, r *http.Request) {
	c.Connect(r.Context(), r.FormValue("a"), r.FormValue("b"))
}
`,
		"trust/trust.go": `package trust

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type Service struct{ c *sts.Client }

func (s *Service) Connect(ctx context.Context, role, word string) error {
	_, err := s.c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &word})
	return err
}
`,
	})}, policy.Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"web.go:13 idparam"}, found(r))
	require.Contains(t, r.Findings[0].Message, `request value "b"`)
}

func TestAResultCrossesInterfaces(t *testing.T) {
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, map[string]string{
		"web/web.go": `package web

import "net/http"

type links interface {
	Launch(id string) (string, error)
	Role(id string) (string, error)
}

func Handle(l links, w http.ResponseWriter, r *http.Request) {
	role, _ := l.Role(r.FormValue("id"))
	http.Error(w, role, 200)
	url, _ := l.Launch(r.FormValue("id"))
	http.Redirect(w, r, url, http.StatusFound)
}
`,
		"core/core.go": `package core

type rows interface {
	Read(id string) (role, word string)
}

type Service struct{ rows rows }

func (s *Service) Launch(id string) (string, error) {
	_, word := s.rows.Read(id)
	return "https://console.example/?param=" + word, nil
}

func (s *Service) Role(id string) (string, error) {
	role, _ := s.rows.Read(id)
	return role, nil
}
`,
		"db/db.go": `package db

import "shop/store"

type DB struct{ all map[string]*store.Integration }

func (d *DB) Read(id string) (role, word string) { return d.all[id].RoleARN, d.all[id].Handshake }
`,
		"store/store.go": shop["store/store.go"],
		"aws/aws.go":     shop["aws/aws.go"],
	})}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, []string{"web.go:14 idreturned"}, found(r))
}

func TestAWorkspaceIsOneProgram(t *testing.T) {
	dir := module(t, map[string]string{"api/api.go": shop["api/api.go"], "store/store.go": shop["store/store.go"]})
	put := func(name, text string) {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	root := t.TempDir()
	put("go.work", "go 1.25\n\nuse ( // both\n\t./shop\n\t\"./broker\"\n)\n")
	put("broker/go.mod", "module broker\n\ngo 1.25\n\nrequire (\n\tgithub.com/aws/aws-sdk-go-v2 v0.0.0\n\tshop v0.0.0\n)\n\nreplace (\n\tgithub.com/aws/aws-sdk-go-v2 => ../shop/stubs\n\tshop => ../shop\n)\n")
	put("broker/aws.go", strings.Replace(shop["aws/aws.go"], "package aws", "package broker", 1))
	require.NoError(t, os.Rename(filepath.Join(dir, "go.work"), filepath.Join(root, "go.work")))
	require.NoError(t, os.Rename(filepath.Join(dir, "broker"), filepath.Join(root, "broker")))
	require.NoError(t, os.Rename(dir, filepath.Join(root, "shop")))
	r, err := driver.Run(context.Background(), driver.Options{Dir: root, Env: append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=")}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, []string{"api.go:11 idlogged"}, found(r), "what the broker's module hands to STS, the shop's logs")
}

func TestAnSDKThatCannotBeLoadedIsTold(t *testing.T) {
	dir := module(t, shop)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "stubs", "service", "sts")))
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	var told []string
	for _, p := range r.Problems {
		if strings.Contains(p.Message, "what reaches STS cannot be seen here") {
			told = append(told, p.Package)
		}
	}
	require.Equal(t, []string{"shop/aws"}, told)
}

func TestNothingToAnalyseIsAnError(t *testing.T) {
	_, err := driver.Run(context.Background(), driver.Options{Dir: t.TempDir()}, policy.Config{})
	require.Error(t, err)
}

func TestAModuleThatCannotBeHadIsTold(t *testing.T) {
	files := map[string]string{
		"go.mod": "module shop\n\ngo 1.16\n\nrequire gone.example/module v1.0.0\n",
		"a.go":   "package shop\n\nimport _ \"gone.example/module/part\"\n",
	}
	env := append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod")
	_, err := driver.Run(context.Background(), driver.Options{Dir: module(t, files), Env: env}, policy.Config{})
	require.ErrorContains(t, err, "gone.example/module@v1.0.0")
}

func TestGeneratedFilesAreMarked(t *testing.T) {
	files := map[string]string{"api/gen.go": "// Code generated by x. DO NOT EDIT.\n\npackage api\n\nimport (\n\t\"log\"\n\t\"shop/store\"\n)\n\nfunc Gen(in *store.Integration) { log.Println(in) }\n"}
	for name, text := range shop {
		files[name] = text
	}
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, files)}, policy.Config{})
	require.NoError(t, err)
	require.Len(t, r.Findings, 2)
	require.False(t, r.Findings[0].Generated)
	require.True(t, r.Findings[1].Generated)
}

func TestAsGoVetsTool(t *testing.T) {
	files := map[string]string{"aws/log.go": "package aws\n\nimport (\n\t\"log\"\n\n\t\"shop/store\"\n)\n\nfunc Log(in *store.Integration) { log.Println(in.Handshake) }\n"}
	for name, text := range shop {
		files[name] = text
	}
	dir := module(t, files)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command("go", "vet", "-vettool="+self, "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "findings fail go vet")
	require.Contains(t, string(out), "log.go:9", "what a package and its imports know is found")
	require.NotContains(t, string(out), "api.go", "what only the whole program knows is not")
	require.Equal(t, 1, strings.Count(string(out), "External ID logged"))
	require.Contains(t, string(out), "(idlogged)", "what a suppression has to name")
}
