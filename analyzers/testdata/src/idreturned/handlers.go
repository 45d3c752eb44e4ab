// Package idreturned shows responses that carry an External ID, and such that do not.
package idreturned

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
)

type integration struct {
	ID         string `json:"id"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
}

type summary struct {
	ID      string `json:"id"`
	RoleARN string `json:"role_arn"`
}

type guarded struct {
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"-"`
}

func find(id string) *integration

func list() []integration

func encode(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(find(r.PathValue("id"))) // want `External ID returned`
}

func encodeList(w http.ResponseWriter, r *http.Request) {
	b, err := json.Marshal(map[string]any{"items": list()})
	if err != nil {
		http.Error(w, "no", http.StatusInternalServerError)
		return
	}
	w.Write(b) // want `External ID returned`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	_ = enc.Encode(v)
}

func viaHelper(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, find("x")) // want `External ID returned`
	writeJSON(w, http.StatusOK, summary{ID: "x"})
}

func inError(w http.ResponseWriter, r *http.Request) {
	in := find("x")
	http.Error(w, fmt.Sprintf("cannot assume %s with %s", in.RoleARN, in.ExternalID), http.StatusBadGateway) // want `External ID returned`
	http.Error(w, "cannot assume "+in.RoleARN, http.StatusBadGateway)
}

func header(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-External-ID", find("x").ExternalID) // want `External ID returned`
	w.Header().Set("X-Role", find("x").RoleARN)
}

var page = template.Must(template.New("page").Parse("{{.}}"))

func templated(w http.ResponseWriter, r *http.Request) {
	page.Execute(w, find("x")) // want `External ID returned`
	page.Execute(w, summary{ID: find("x").ID})
	fmt.Fprintf(w, "%s", find("x").ExternalID) // want `External ID returned`
	io.WriteString(w, find("x").ID)
}

func ginHandler(c *gin.Context) {
	in := find(c.Param("id"))
	c.JSON(http.StatusOK, gin.H{"id": in.ID, "role": in.RoleARN})
	c.JSON(http.StatusOK, gin.H{"id": in.ID, "external": in.ExternalID}) // want `External ID returned`
}

// copyAllBut builds a response of the same type without the External ID.
func copyAllBut(w http.ResponseWriter, r *http.Request) {
	in := find("x")
	json.NewEncoder(w).Encode(integration{ID: in.ID, RoleARN: in.RoleARN})
	hidden := guarded{in.RoleARN, in.ExternalID}
	json.NewEncoder(w).Encode(hidden)
}

func public(in *integration) *integration { return &integration{ID: in.ID, RoleARN: in.RoleARN} }

func viaCopy(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(public(find("x"))) }

type envelope struct {
	Data any `json:"data"`
}

func inInterface(w http.ResponseWriter, r *http.Request) {
	e := envelope{}
	e.Data = *find("x")
	json.NewEncoder(w).Encode(e) // want `External ID returned`
}

func payload(r *http.Request) (any, error) {
	return find("x"), nil // want `External ID returned`
}

func rotateExternalID(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(find("x")) // want `by a handler that is there to show it`
}

func toFile(w io.Writer) { json.NewEncoder(w).Encode(find("x")) }
