package idreturned

import (
	"embed"
	"html/template"
	"io"
	"net/http"
)

//go:embed templates
var files embed.FS

func dots(s string) string { return "••••" + s[len(s)-4:] }

func shout(s string) string { return s + "!" }

var (
	whole  = template.Must(template.New("whole").Parse(`{{range .}}{{.Name}} {{.ExternalID}}{{end}}`))
	named  = template.Must(template.New("named").Parse(`{{range $i, $v := .}}{{$i}} {{$v.Name}}{{with $v.RoleARN}}{{.}}{{end}}{{end}}`))
	dotted = template.Must(template.New("dotted").Funcs(template.FuncMap{"dots": dots}).Parse(`{{range .}}{{dots .ExternalID}} {{.ExternalID | dots}}{{end}}`))
	loud   = template.Must(template.New("loud").Funcs(template.FuncMap{"shout": shout}).Parse(`{{range .}}{{.ExternalID | shout}}{{end}}`))
	asked  = template.Must(template.New("asked").Parse(`{{range .}}{{if .ExternalID}}linked since {{len .ExternalID}}{{end}}{{end}}`))
	within = template.Must(template.New("within").Parse(`{{define "row"}}{{.RoleARN}}{{end}}{{define "all"}}{{.}}{{end}}{{range .}}{{template "row" .}}{{end}}`))
	role   = template.Must(template.ParseFS(files, "templates/role.gohtml"))
	full   = template.Must(template.ParseFS(files, "templates/*.gohtml"))
)

func templates(w http.ResponseWriter, all []view) {
	whole.Execute(w, all) // want `External ID returned`
	named.Execute(w, all)
	dotted.Execute(w, all)
	loud.Execute(w, all) // want `External ID returned`
	asked.Execute(w, all)
	within.ExecuteTemplate(w, "within", all)
	within.ExecuteTemplate(w, "all", all) // want `External ID returned`
	role.Execute(w, all)
	full.Execute(w, all) // want `External ID returned`
}

func inMaps(w http.ResponseWriter, v view) {
	page := template.Must(template.New("page").Parse(`{{.Title}} {{.View.Name}}`))
	page.Execute(w, map[string]any{"Title": "role", "Hidden": v})
}

// What is read at run time may show anything.
func elsewhere(w http.ResponseWriter, text string, all []view) {
	template.Must(template.New("x").Parse(text)).Execute(w, all)                 // want `External ID returned`
	template.Must(template.ParseFiles("role.gohtml")).Execute(io.Writer(w), all) // want `External ID returned`
}
