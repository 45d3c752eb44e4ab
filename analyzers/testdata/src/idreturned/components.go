package idreturned

import (
	"context"
	"io"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/graph-gophers/graphql-go"
)

// detail is what the generator of templ writes.
func detail(in view) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) error {
		buffer, _ := templruntime.GetBuffer(w)
		role, err := templ.JoinStringErrs(in.RoleARN)
		if err != nil {
			return err
		}
		if _, err = buffer.WriteString(templ.EscapeString(role)); err != nil {
			return err
		}
		id, err := templ.JoinStringErrs(in.ExternalID)
		if err != nil {
			return err
		}
		_, err = buffer.WriteString(templ.EscapeString(id)) // want `External ID returned`
		return err
	}
}

// query resolves by its methods, and those of what they return.
type query struct{ all map[string]*view }

type viewResolver struct{ v *view }

func (q *query) View(args struct{ Name string }) *viewResolver {
	return &viewResolver{q.all[args.Name]}
}

func (v *viewResolver) RoleArn() string { return v.v.RoleARN }

func (v *viewResolver) ExternalId() string { return v.v.ExternalID } // want `External ID returned`

func (v *viewResolver) own() string { return v.v.ExternalID }

var _ = graphql.MustParseSchema("", &query{})
