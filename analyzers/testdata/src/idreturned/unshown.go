package idreturned

import (
	"database/sql"
	"net/http"
)

// What encoders leave out stays out, however deep the type nests itself and whatever it
// is handed on as.

type account struct {
	Name       string `json:"name"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"-"`
}

type accountTree struct {
	account
	Children []accountTree `json:"children"`
}

func grow(from []account) []accountTree {
	var out []accountTree
	for _, a := range from {
		tree := accountTree{account: a}
		tree.Children = grow(from[1:])
		out = append(out, tree)
	}
	return out
}

func prune(trees []accountTree) []accountTree {
	out := make([]accountTree, 0, len(trees))
	for _, t := range trees {
		out = append(out, accountTree{account: t.account, Children: prune(t.Children)})
	}
	return out
}

func trees(r *http.Request, a arguments) (int, interface{}) {
	return http.StatusOK, prune(grow(accounts()))
}

func accounts() []account { return nil }

type row struct {
	Name, Role string
	External   sql.NullString
}

func accountOf(r row) account {
	a := account{Name: r.Name, RoleARN: r.Role}
	if r.External.Valid {
		a.ExternalID = r.External.String
	}
	return a
}

func created(r *http.Request, in row) (int, interface{}) {
	a := accountOf(in)
	if a.Name == "" {
		return http.StatusUnprocessableEntity, "no name"
	}
	return http.StatusOK, a
}

func create(r *http.Request, a arguments) (code int, body interface{}) {
	if r.Method == http.MethodPost {
		code, body = created(r, row{Name: "post"})
	} else {
		code, body = created(r, row{Name: "put"})
	}
	return code, body
}

type confirmation struct {
	Name    string `json:"name"`
	RoleARN string `json:"role_arn"`
	Code    string `json:"code"` // where an account keeps what is not shown
}

func confirmed(in row) interface{} {
	a := accountOf(in)
	return confirmation{a.Name, a.RoleARN, a.ExternalID}
}

func confirm(r *http.Request, a arguments) (int, interface{}) {
	body := confirmed(row{Name: "x"})
	return http.StatusOK, body // want `External ID returned`
}
