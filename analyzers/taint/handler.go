package taint

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// requestTypes are objects that hold what a caller of the service sent. Framework
// contexts hold other things too: of those, the methods in flowRows tell.
var requestTypes = map[string]string{
	"net/http.Request": "request", "github.com/gin-gonic/gin.Context": "request", "github.com/labstack/echo.Context": "request",
	"github.com/gofiber/fiber.Ctx": "request", "github.com/emicklei/go-restful.Request": "request",
	"github.com/kataras/iris/context.Context": "request", "github.com/gobuffalo/buffalo.Context": "request",
	"github.com/valyala/fasthttp.RequestCtx": "request", "github.com/julienschmidt/httprouter.Params": "path",
	"github.com/cloudwego/hertz/pkg/app.RequestContext": "request", "github.com/gogf/gf/net/ghttp.Request": "request",
	"github.com/go-kratos/kratos/transport/http.Context": "request", "github.com/savsgio/atreugo.RequestCtx": "request",
	"github.com/beego/beego/server/web/context.Context": "request", "github.com/beego/beego/server/web.Controller": "request",
}

// messageTypes wrap the decoded message of an RPC.
var messageTypes = map[string]string{"connectrpc.com/connect.Request": "request message", "github.com/bufbuild/connect-go.Request": "request message"}

// requestResults are functions that find what a caller sent in a context.
var requestResults = map[string]string{
	"google.golang.org/grpc/metadata.FromIncomingContext":      "gRPC metadata",
	"google.golang.org/grpc/metadata.ValueFromIncomingContext": "gRPC metadata",
	"github.com/go-chi/chi.URLParamFromCtx":                    "path",
	"github.com/go-chi/chi.RouteContext":                       "path",
	"github.com/julienschmidt/httprouter.ParamsFromContext":    "path",
}

// fromRequest labels the result of a function that finds what a caller sent.
func (f *frame) fromRequest(k site) {
	what, ok := requestResults[unversioned(k.name.Pkg)+"."+k.name.Name]
	if !ok || k.v == nil {
		return
	}
	f.mem.add(f.resultPlace(k.v, 0), cell{taint: f.relabel(Taint{{Label: requested(what, Untaken, k.pos)}}, k.pos, pickedBy(k)), opaque: true})
}

// lambdaEvents are the events that carry a request of the outside to a Lambda.
const lambdaEvents = "github.com/aws/aws-lambda-go/events"

// isLambdaEvent recognises events by which an API's gateway or a balancer hands on what
// a caller sent.
func isLambdaEvent(name string) bool {
	typ, ok := strings.CutPrefix(name, lambdaEvents+".")
	return ok && (strings.HasPrefix(typ, "APIGateway") || strings.HasPrefix(typ, "LambdaFunctionURL") || strings.HasPrefix(typ, "ALBTarget"))
}

// request is the label of an input that a caller of the service fills. Of an object
// like http.Request, only what is taken out of it counts; a message of an RPC is what
// the caller chose.
func (e *engine) request(fn *ssa.Function, v ssa.Value) (Label, bool) {
	t := v.Type()
	if _, captured := v.(*ssa.FreeVar); captured {
		t = deref(t)
	}
	name := typeName(t)
	if what := requestTypes[name]; what != "" {
		return requested(what, Untaken, v.Pos()), true
	}
	if what := messageTypes[name]; what != "" {
		return requested(what, Message, v.Pos()), true
	}
	p, ok := v.(*ssa.Parameter)
	if !ok {
		return Label{}, false
	}
	what := rpcKind(fn)
	if handed := e.handlers[fn][slices.Index(fn.Params, p)]; handed != "" {
		what = handed
	}
	if isLambdaEvent(name) {
		what = "Lambda event"
	}
	if isParams(fn, t) {
		what = "API request"
	}
	if what == "" || fn.Signature.Recv() != nil && p == fn.Params[0] || isContext(t) {
		return Label{}, false
	}
	return requested(what, Message, v.Pos()), true
}

// isParams recognises what generators of servers bind a request's parameters to:
// go-swagger's hold the request itself, oapi-codegen's come beside it.
func isParams(fn *ssa.Function, t types.Type) bool {
	s := program.StructOf(t)
	if s == nil || !strings.HasSuffix(typeOf(t), "Params") {
		return false
	}
	for v := range s.Fields() {
		if v.Name() == "HTTPRequest" && requestTypes[typeName(v.Type())] != "" {
			return true
		}
	}
	return takesRequest(fn)
}

// rpcKind recognises functions that frameworks call with a decoded request and whose
// result they encode: "" for any other.
func rpcKind(fn *ssa.Function) string {
	sig := fn.Signature
	params, results := sig.Params(), sig.Results()
	if recv := sig.Recv(); recv != nil {
		if n := program.NamedOf(recv.Type()); n != nil && isResolver(n.Obj().Name()) && params.Len() > 0 && isContext(params.At(0).Type()) && results.Len() == 2 {
			return "GraphQL input"
		}
	}
	if params.Len() != 2 || results.Len() != 2 || !isContext(params.At(0).Type()) || !isErrorType(results.At(1).Type()) {
		return ""
	}
	in, out := params.At(1).Type(), results.At(0).Type()
	switch {
	case isProto(in) && isProto(out):
		return "gRPC request"
	case strings.HasSuffix(typeOf(in), "RequestObject") && strings.HasSuffix(typeOf(out), "ResponseObject"):
		return "API request"
	case importsHuma(fn) && isHuma(in) && isHuma(out):
		return "API request"
	case isEmptyInterface(in) && isEmptyInterface(out) && fn.Parent() != nil && importsEndpoint(fn):
		return "endpoint request"
	}
	return ""
}

func isResolver(name string) bool {
	return strings.HasSuffix(name, "Resolver") && (strings.HasPrefix(name, "mutation") || strings.HasPrefix(name, "query") || strings.HasPrefix(name, "subscription"))
}

func typeOf(t types.Type) string {
	if n := program.NamedOf(t); n != nil {
		return n.Obj().Name()
	}
	return ""
}

func isErrorType(t types.Type) bool { return t.String() == "error" }

func isEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// isProto recognises protobuf messages of every generation.
func isProto(t types.Type) bool {
	n := program.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil {
		return false
	}
	for _, m := range []string{"ProtoReflect", "ProtoMessage"} {
		if obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), m); obj != nil {
			return true
		}
	}
	return false
}

func importsHuma(fn *ssa.Function) bool { return imports(fn, "github.com/danielgtaylor/huma") }

// importsEndpoint recognises go-kit, whose endpoints have the shape of gRPC's
// interceptors and of much else.
func importsEndpoint(fn *ssa.Function) bool { return imports(fn, "github.com/go-kit/kit/endpoint") }

func imports(fn *ssa.Function, prefix string) bool {
	return fn.Pkg != nil && slices.ContainsFunc(fn.Pkg.Pkg.Imports(), func(p *types.Package) bool {
		return strings.HasPrefix(p.Path(), prefix)
	})
}

// isHuma recognises huma's inputs and outputs: structs with a Body, or with fields
// that are tagged as parts of a request.
func isHuma(t types.Type) bool {
	s := program.StructOf(t)
	if s == nil {
		return false
	}
	for i := range s.NumFields() {
		tag := s.Tag(i)
		if s.Field(i).Name() == "Body" || strings.Contains(tag, `path:"`) || strings.Contains(tag, `query:"`) || strings.Contains(tag, `header:"`) {
			return true
		}
	}
	return false
}

// responds says how a function's results leave the service, "" if they do not.
func responds(fn *ssa.Function) string {
	if kind := rpcKind(fn); kind != "" {
		return strings.NewReplacer("request", "response", "GraphQL input", "GraphQL result").Replace(kind)
	}
	results := fn.Signature.Results()
	for i := range results.Len() {
		name := typeName(results.At(i).Type())
		if typ, ok := strings.CutPrefix(name, lambdaEvents+"."); ok && strings.HasSuffix(typ, "Response") {
			return "Lambda response"
		}
		if name == "connectrpc.com/connect.Response" || name == "github.com/bufbuild/connect-go.Response" {
			return "connect response"
		}
		if name == "github.com/go-openapi/runtime/middleware.Responder" {
			return "API response"
		}
	}
	// A handler that gives back what a wrapper of the project's own encodes, with an
	// error or after a status.
	if results.Len() == 2 && takesRequest(fn) && !decodes(fn.Name()) {
		first, second := results.At(0).Type(), results.At(1).Type()
		if isErrorType(second) && isPayload(first) || isStatus(first) && isPayload(second) {
			return "the handler's result"
		}
	}
	return ""
}

// isStatus recognises a status code of HTTP.
func isStatus(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Int
}

// decodes recognises what takes requests apart rather than answering them.
func decodes(name string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"decode", "parse", "bind", "read", "extract", "unmarshal"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func takesRequest(fn *ssa.Function) bool {
	for p := range fn.Signature.Params().Variables() {
		if name := typeName(p.Type()); requestTypes[name] == "request" || isLambdaEvent(name) {
			return true
		}
	}
	return false
}

// isPayload keeps helpers that take a request and return text or a bound struct
// apart from handlers that return their response.
func isPayload(t types.Type) bool {
	return isEmptyInterface(t) || strings.Contains(strings.ToLower(typeOf(t)), "response")
}

// response records what a handler returns.
func (f *frame) response(ret *ssa.Return) {
	what := responds(f.fn)
	if what == "" {
		return
	}
	for _, v := range ret.Results {
		if !isErrorType(v.Type()) && !f.responded(v) {
			f.sink(Sink{Kind: Returned, What: what, Pos: program.Near(f.fn, ret.Pos())}, f.deep(f.value(v), encoded))
		}
	}
}

// responded reports whether a result is that of another function that responds, which
// is looked at there, where the types of what it returns are known.
func (f *frame) responded(v ssa.Value) bool {
	if e, ok := v.(*ssa.Extract); ok {
		v = e.Tuple
	}
	c, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	fn := c.Call.StaticCallee()
	return fn != nil && f.e.local[fn] != nil && responds(fn) != ""
}
