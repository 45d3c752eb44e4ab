package integration_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The shape most frequent in services: a handler takes the External ID from a request
// and hands it to STS. Every framework is tried with every part of a request, and
// each of these with every way that leads to STS.

// framework is how one framework hands out what a request holds.
type framework struct {
	imports []string
	// handler is a handler by its name and body, which may use role and xid.
	handler string
	// takes are statements that define role and xid from a part of the request, the
	// line that takes xid marked HERE.
	takes map[string]string
}

// decl is what the handlers of every framework share.
const decl = `
type input struct {
	Role string ` + "`json:\"role\" form:\"role\" query:\"role\" uri:\"role\" param:\"role\" header:\"X-Role\" schema:\"role\"`" + `
	Word string ` + "`json:\"word\" form:\"word\" query:\"word\" uri:\"word\" param:\"word\" header:\"X-Word\" schema:\"word\"`" + `
}

type linker interface{ Link(ctx context.Context, a, b string) error }

var (
	client  *sts.Client
	broker  *core.Broker
	through linker
	kept    map[string]string
)
`

// bind is a take that fills an input by a call.
func bind(call string) string {
	return "var in input\nif err := " + call + "; err != nil { // HERE\n\tpanic(\"bad request\")\n}\nrole, xid := in.Role, in.Word\n"
}

// values is a take of two texts by an expression in which KEY is the name.
func values(expr string) string {
	return fmt.Sprintf("role := %s\nxid := %s // HERE\n", strings.ReplaceAll(expr, "KEY", "role"), strings.ReplaceAll(expr, "KEY", "word"))
}

var plainTakes = map[string]string{
	"form":         values(`r.FormValue("KEY")`),
	"postform":     values(`r.PostFormValue("KEY")`),
	"parsedform":   "if err := r.ParseForm(); err != nil {\n\treturn\n}\n" + values(`r.Form.Get("KEY")`),
	"formelement":  values(`r.PostForm["KEY"][0]`),
	"query":        values(`r.URL.Query().Get("KEY")`),
	"queryelement": values(`r.URL.Query()["KEY"][0]`),
	"path":         values(`r.PathValue("KEY")`),
	"header":       values(`r.Header.Get("KEY")`),
	"cookie":       "role := \"\"\nc, err := r.Cookie(\"word\") // HERE\nif err != nil {\n\treturn\n}\nxid := c.Value\n",
	"body":         bind("json.NewDecoder(r.Body).Decode(&in)"),
	"readall":      "data, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))\nif err != nil {\n\treturn\n}\n" + bind("json.Unmarshal(data, &in)"),
	"bodymap":      "in := map[string]any{}\n_ = json.NewDecoder(r.Body).Decode(&in)\nrole, _ := in[\"role\"].(string)\nxid, _ := in[\"word\"].(string) // HERE\n",
	"generic":      "in, err := core.Decode[input](r) // HERE\nif err != nil {\n\treturn\n}\nrole, xid := in.Role, in.Word\n",
}

var frameworks = map[string]framework{
	"nethttp": {
		imports: []string{"net/http", "encoding/json", "io"},
		handler: "func NAME(w http.ResponseWriter, r *http.Request) {\n\tctx := r.Context()\nBODY}\n",
		takes:   plainTakes,
	},
	"gin": {
		imports: []string{"github.com/gin-gonic/gin"},
		handler: "func NAME(c *gin.Context) {\n\tctx := c.Request.Context()\nBODY}\n",
		takes: map[string]string{
			"query": values(`c.Query("KEY")`), "defaultquery": values(`c.DefaultQuery("KEY", "")`), "path": values(`c.Param("KEY")`),
			"header": values(`c.GetHeader("KEY")`), "form": values(`c.PostForm("KEY")`),
			"getquery":  "role := c.Query(\"role\")\nxid, _ := c.GetQuery(\"word\") // HERE\n",
			"cookie":    "role := \"\"\nxid, _ := c.Cookie(\"word\") // HERE\n",
			"json":      bind("c.ShouldBindJSON(&in)"),
			"bind":      bind("c.Bind(&in)"),
			"bindquery": bind("c.ShouldBindQuery(&in)"),
			"binduri":   bind("c.ShouldBindUri(&in)"),
			"bindwith":  bind("c.ShouldBindBodyWithJSON(&in)"),
		},
	},
	"echo": {
		imports: []string{"github.com/labstack/echo/v4"},
		handler: "func NAME(c echo.Context) error {\n\tctx := c.Request().Context()\nBODY\treturn nil\n}\n",
		takes: map[string]string{
			"query": values(`c.QueryParam("KEY")`), "path": values(`c.Param("KEY")`), "form": values(`c.FormValue("KEY")`),
			"header": values(`c.Request().Header.Get("KEY")`), "bind": bind("c.Bind(&in)"),
			"binder": bind("(&echo.DefaultBinder{}).BindBody(c, &in)"),
		},
	},
	"fiber2": {
		imports: []string{"github.com/gofiber/fiber/v2"},
		handler: "func NAME(c *fiber.Ctx) error {\n\tctx := c.Context()\nBODY\treturn nil\n}\n",
		takes: map[string]string{
			"query": values(`c.Query("KEY")`), "path": values(`c.Params("KEY")`), "form": values(`c.FormValue("KEY")`), "header": values(`c.Get("KEY")`),
			"body": bind("c.BodyParser(&in)"), "queryparser": bind("c.QueryParser(&in)"),
		},
	},
	"fiber3": {
		imports: []string{"github.com/gofiber/fiber/v3"},
		handler: "func NAME(c fiber.Ctx) error {\n\tctx := c.Context()\nBODY\treturn nil\n}\n",
		takes: map[string]string{
			"query": values(`c.Query("KEY")`), "path": values(`c.Params("KEY")`), "form": values(`c.FormValue("KEY")`), "header": values(`c.Get("KEY")`),
			"body": bind("c.Bind().Body(&in)"), "json": bind("c.Bind().JSON(&in)"), "bindquery": bind("c.Bind().Query(&in)"),
		},
	},
	"chi": {
		imports: []string{"net/http", "github.com/go-chi/chi/v5", "github.com/go-chi/render"},
		handler: "func NAME(w http.ResponseWriter, r *http.Request) {\n\tctx := r.Context()\n\t_ = chi.URLParam(r, \"tenant\")\nBODY}\n",
		takes: map[string]string{
			"path": values(`chi.URLParam(r, "KEY")`), "body": bind("render.DecodeJSON(r.Body, &in)"), "any": bind("render.Decode(r, &in)"),
		},
	},
	"mux": {
		imports: []string{"net/http", "github.com/gorilla/mux", "github.com/gorilla/schema"},
		handler: "func NAME(w http.ResponseWriter, r *http.Request) {\n\tctx := r.Context()\n\t_ = mux.Vars(r)\nBODY}\n",
		takes: map[string]string{
			"path": values(`mux.Vars(r)["KEY"]`), "vars": "vars := mux.Vars(r)\n" + values(`vars["KEY"]`),
			"schema": bind("schema.NewDecoder().Decode(&in, r.URL.Query())"),
		},
	},
	"httprouter": {
		imports: []string{"net/http", "github.com/julienschmidt/httprouter"},
		handler: "func NAME(w http.ResponseWriter, r *http.Request, ps httprouter.Params) {\n\tctx := r.Context()\nBODY}\n",
		takes:   map[string]string{"path": values(`ps.ByName("KEY")`)},
	},
	"restful": {
		imports: []string{"github.com/emicklei/go-restful/v3"},
		handler: "func NAME(r *restful.Request, w *restful.Response) {\n\tctx := r.Request.Context()\nBODY}\n",
		takes: map[string]string{
			"query": values(`r.QueryParameter("KEY")`), "path": values(`r.PathParameter("KEY")`), "header": values(`r.HeaderParameter("KEY")`),
			"form": "role := \"\"\nxid, _ := r.BodyParameter(\"word\") // HERE\n", "body": bind("r.ReadEntity(&in)"),
		},
	},
	"fasthttp": {
		imports: []string{"github.com/valyala/fasthttp", "encoding/json"},
		handler: "func NAME(c *fasthttp.RequestCtx) {\n\tvar ctx context.Context = c\nBODY}\n",
		takes: map[string]string{
			"query": values(`string(c.QueryArgs().Peek("KEY"))`), "form": values(`string(c.FormValue("KEY"))`),
			"header": values(`string(c.Request.Header.Peek("KEY"))`), "body": bind("json.Unmarshal(c.PostBody(), &in)"),
		},
	},
	"huma": {
		imports: []string{"github.com/danielgtaylor/huma/v2"},
		handler: `func NAME(api huma.API) {
	type in struct {
		Word string ` + "`query:\"word\"`" + `
		Token string ` + "`header:\"X-Token\"`" + `
		Part string ` + "`path:\"part\"`" + `
		Body input
	}
	huma.Register(api, huma.Operation{}, func(ctx context.Context, in *in) (*struct{ Body string }, error) {
BODY		return nil, nil
	})
}
`,
		takes: map[string]string{
			"query": "role, xid := \"\", in.Word // HERE\n", "header": "role, xid := \"\", in.Token // HERE\n", "path": "role, xid := \"\", in.Part // HERE\n",
			"body": "role := in.Body.Role\nxid := in.Body.Word // HERE\n",
		},
	},
	"connect": {
		imports: []string{"connectrpc.com/connect"},
		handler: "func NAME(ctx context.Context, req *connect.Request[input]) (*connect.Response[input], error) {\nBODY\treturn nil, nil\n}\n",
		takes: map[string]string{
			"message": "role := req.Msg.Role\nxid := req.Msg.Word // HERE\n", "header": values(`req.Header().Get("KEY")`),
		},
	},
	"grpc": {
		imports: []string{"google.golang.org/grpc/metadata", "google.golang.org/protobuf/types/known/structpb", "google.golang.org/protobuf/types/known/emptypb"},
		handler: "func NAME(ctx context.Context, req *structpb.Struct) (*emptypb.Empty, error) {\n\tmd, _ := metadata.FromIncomingContext(ctx)\n\t_ = md\nBODY\treturn nil, nil\n}\n",
		takes: map[string]string{
			"message":  "role := req.GetFields()[\"role\"].GetStringValue()\nxid := req.GetFields()[\"word\"].GetStringValue() // HERE\n",
			"metadata": "role := \"\"\nxid := md.Get(\"word\")[0] // HERE\n",
		},
	},
	"lambda": {
		imports: []string{"github.com/aws/aws-lambda-go/events", "encoding/json"},
		handler: "func NAME(ctx context.Context, ev events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {\nBODY\treturn events.APIGatewayProxyResponse{}, nil\n}\n",
		takes: map[string]string{
			"query": values(`ev.QueryStringParameters["KEY"]`), "path": values(`ev.PathParameters["KEY"]`), "header": values(`ev.Headers["KEY"]`),
			"body": bind("json.Unmarshal([]byte(ev.Body), &in)"),
		},
	},
	"functionurl": {
		imports: []string{"github.com/aws/aws-lambda-go/events", "encoding/json", "strings"},
		handler: "func NAME(ctx context.Context, ev *events.LambdaFunctionURLRequest) (*events.LambdaFunctionURLResponse, error) {\nBODY\treturn nil, nil\n}\n",
		takes: map[string]string{
			"query": values(`ev.QueryStringParameters["KEY"]`),
			"body":  bind("json.NewDecoder(strings.NewReader(ev.Body)).Decode(&in)"),
		},
	},
	"gqlgen": {
		handler: "type NAMEmutationResolver struct{}\n\nfunc (mutationResolver) NAME(ctx context.Context, in input) (bool, error) {\nBODY\treturn false, nil\n}\n",
		takes:   map[string]string{"input": "role := in.Role\nxid := in.Word // HERE\n"},
	},
	"gokit": {
		imports: []string{"github.com/go-kit/kit/endpoint"},
		handler: "func NAME() endpoint.Endpoint {\n\treturn func(ctx context.Context, request any) (any, error) {\nBODY\t\treturn nil, nil\n\t}\n}\n",
		takes: map[string]string{
			"value":   "in := request.(input)\nrole := in.Role\nxid := in.Word // HERE\n",
			"pointer": "in := request.(*input)\nrole := in.Role\nxid := in.Word // HERE\n",
		},
	},
	"swagger": {
		imports: []string{"github.com/go-openapi/runtime/middleware", "net/http"},
		handler: "type NAMEParams struct {\n\tHTTPRequest *http.Request\n\tXid string\n\tBody *input\n}\n\nfunc NAME(params NAMEParams) middleware.Responder {\n\tctx := params.HTTPRequest.Context()\nBODY\treturn nil\n}\n",
		takes: map[string]string{
			"query": "role := \"\"\nxid := params.Xid // HERE\n", "body": "role := params.Body.Role\nxid := params.Body.Word // HERE\n",
		},
	},
	"oapistrict": {
		handler: "type NAMERequestObject struct{ Params struct{ Word string }; Body *input }\n\ntype NAMEResponseObject interface{ Visit() }\n\nfunc NAME(ctx context.Context, request NAMERequestObject) (NAMEResponseObject, error) {\nBODY\treturn nil, nil\n}\n",
		takes: map[string]string{
			"query": "role := \"\"\nxid := request.Params.Word // HERE\n", "body": "role := request.Body.Role\nxid := request.Body.Word // HERE\n",
		},
	},
	"oapi": {
		imports: []string{"net/http"},
		handler: "type NAMEParams struct{ Word *string }\n\nfunc NAME(w http.ResponseWriter, r *http.Request, params NAMEParams) {\n\tctx := r.Context()\nBODY}\n",
		takes:   map[string]string{"query": "role := \"\"\nxid := *params.Word // HERE\n"},
	},
}

// way is how a handler hands on what it took.
type way struct {
	code  string
	leads bool
}

var ways = map[string]way{
	"direct":    {"_, _ = client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &xid})\n", true},
	"service":   {"_ = broker.Connect(ctx, role, xid)\n", true},
	"struct":    {"_ = broker.Open(ctx, core.Account{Role: role, Secret: xid})\n", true},
	"pointer":   {"acc := &core.Account{Role: role}\nacc.Secret = xid\n_ = broker.OpenAt(ctx, acc)\n", true},
	"option":    {"_ = stscreds.NewAssumeRoleProvider(client, role, func(o *stscreds.AssumeRoleOptions) {\n\to.ExternalID = &xid\n})\n_ = ctx\n", true},
	"interface": {"_ = through.Link(ctx, role, xid)\n", true},
	"compared":  {"if xid != kept[role] {\n\treturn RETURN\n}\n_ = broker.Connect(ctx, role, kept[role])\n", false},
}

// core is the package behind the handlers.
const core = `package core

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type Account struct{ Role, Secret string }

type Broker struct{ sts *sts.Client }

func (b *Broker) Connect(ctx context.Context, arn, word string) error {
	_, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, ExternalId: &word})
	return err
}

func (b *Broker) Open(ctx context.Context, a Account) error { return b.Connect(ctx, a.Role, a.Secret) }

func (b *Broker) OpenAt(ctx context.Context, a *Account) error {
	_, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &a.Role, ExternalId: &a.Secret})
	return err
}

func (b *Broker) Link(ctx context.Context, x, y string) error { return b.Connect(ctx, x, y) }

func Decode[T any](r *http.Request) (T, error) {
	var v T
	err := json.NewDecoder(r.Body).Decode(&v)
	return v, err
}
`

// source is the file of one framework, with a handler for every part of a request and
// every way to STS.
func (f framework) source(pkg string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"context\"\n", pkg)
	for _, i := range append(f.imports, "github.com/aws/aws-sdk-go-v2/credentials/stscreds", "github.com/aws/aws-sdk-go-v2/service/sts", "example.com/samples/matrix/core") {
		fmt.Fprintf(&b, "\t%q\n", i)
	}
	b.WriteString(")\n" + decl)
	if pkg == "gqlgen" {
		b.WriteString("\ntype mutationResolver struct{}\n")
	}
	for _, part := range slices.Sorted(maps.Keys(f.takes)) {
		for _, name := range slices.Sorted(maps.Keys(ways)) {
			b.WriteString("\n" + f.function(part, name))
		}
	}
	return b.String()
}

func (f framework) function(part, name string) string {
	w := ways[name]
	mark := "// planted: idparam"
	if !w.leads {
		mark = "// decoy: compared, and not what STS gets"
	}
	body := strings.ReplaceAll(f.takes[part], "// HERE", mark) + w.code
	body = strings.ReplaceAll(body, "return RETURN", "return "+f.nothing())
	body = strings.ReplaceAll(body, "\treturn\n", "\treturn "+f.nothing()+"\n")
	return strings.NewReplacer("NAME", strings.ToUpper(part[:1])+part[1:]+name, "BODY", body).Replace(f.handler)
}

// nothing is what an early return of the handler returns.
func (f framework) nothing() string {
	at := strings.LastIndex(f.handler, "BODY")
	_, rest, ok := strings.Cut(f.handler[at:], "return ")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// writeMatrix lays the sources out as a module that requires what samples does.
func writeMatrix(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("samples", name))
		require.NoError(t, err)
		put(name, string(data))
	}
	put("matrix/core/core.go", core)
	for name, f := range frameworks {
		put(filepath.Join("matrix", name, name+".go"), f.source(name))
	}
	return modules(t, dir)
}

func TestEveryFrameworkEveryPartEveryWay(t *testing.T) {
	dir := writeMatrix(t)
	compare(t, readMarks(t, dir).planted, wholeProgram(t, dir))
}

func TestEveryFrameworkEveryPartEveryWayOnePackageAtATime(t *testing.T) {
	dir := writeMatrix(t)
	compare(t, readMarks(t, dir).modular(), onePackageAtATime(t, dir))
}
