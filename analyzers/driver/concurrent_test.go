package driver_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// crm is a module in which nothing is an External ID, unless its configuration says so.
var crm = map[string]string{
	"store/store.go": "package store\n\ntype Contact struct{ Name, Phone, Handshake string }\n",
	"api/api.go": `package api

import (
	"log"

	"shop/store"
)

type repository interface{ First() *store.Contact }

func Show(r repository) {
	log.Println(r.First().Name)
	log.Println(r.First().Phone)
	log.Println(r.First().Handshake)
}
`,
}

// TestAnalysesAtOnceSayWhatEachSaysAlone runs two modules whose packages have the same
// paths, each with a configuration of its own, several times at once. What one knows of
// shop/store must not reach the other.
func TestAnalysesAtOnceSayWhatEachSaysAlone(t *testing.T) {
	var phone policy.Config
	require.NoError(t, phone.AddField("shop/store.Contact.Phone"))
	phone.Message = "see the handbook"
	runs := []struct {
		dir  string
		cfg  policy.Config
		want []string
	}{
		{module(t, shop), policy.Config{}, []string{"api.go:11 idlogged"}},
		{module(t, crm), phone, []string{"api.go:13 idlogged"}},
		{module(t, crm), policy.Config{}, nil},
		{module(t, shop), policy.Config{OnlySinks: true}, nil},
	}
	var wg sync.WaitGroup
	for range 2 {
		for _, run := range runs {
			wg.Go(func() {
				r, err := driver.Run(context.Background(), driver.Options{Dir: run.dir}, run.cfg)
				if err != nil {
					t.Error(err)
					return
				}
				if got := found(r); len(got) != len(run.want) || len(got) > 0 && got[0] != run.want[0] {
					t.Errorf("%s with %+v: %v, alone %v", run.dir, run.cfg, got, run.want)
				}
				for _, f := range r.Findings {
					if own := run.cfg.Message != ""; own != strings.Contains(f.Message, phone.Message) {
						t.Errorf("the words of another configuration: %s", f.Message)
					}
				}
			})
		}
	}
	wg.Wait()
}
