package interp

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// fromRequest labels the result of a function that finds what a caller sent.
func (f *frame) fromRequest(k site) {
	what, ok := tables.RequestResults[tables.Unversioned(k.name.Pkg)+"."+k.name.Name]
	if !ok || k.v == nil {
		return
	}
	f.mem.Add(f.resultPlace(k.v, 0), heap.Cell{Taint: f.relabel(heap.Taint{{Label: heap.Requested(what, heap.Untaken, k.pos)}}, k.pos, pickedBy(k)), Opaque: true})
}

// request is the label of an input that a caller of the service fills. Of an object
// like http.Request, only what is taken out of it counts; a message of an RPC is what
// the caller chose.
func (e *engine) request(fn *ssa.Function, v ssa.Value) (heap.Label, bool) {
	t := v.Type()
	if _, captured := v.(*ssa.FreeVar); captured {
		t = deref(t)
	}
	name := typeName(t)
	if what := tables.RequestTypes[name]; what != "" {
		return heap.Requested(string(what), heap.Untaken, v.Pos()), true
	}
	if what := tables.MessageTypes[name]; what != "" {
		return heap.Requested(what, heap.Message, v.Pos()), true
	}
	p, ok := v.(*ssa.Parameter)
	if !ok {
		return heap.Label{}, false
	}
	what := e.protocolOf(fn).in
	if handed := e.handlers[fn][slices.Index(fn.Params, p)]; handed != "" {
		what = handed
	}
	if tables.IsLambdaEvent(name) {
		what = "Lambda event"
	}
	if isParams(fn, t) {
		what = "API request"
	}
	if what == "" || fn.Signature.Recv() != nil && p == fn.Params[0] || isContext(t) {
		return heap.Label{}, false
	}
	return heap.Requested(what, heap.Message, v.Pos()), true
}

// argument is the label of a text that a framework takes out of a request and hands over
// by itself, as gqlgen does with the arguments of a field.
func (e *engine) argument(fn *ssa.Function, v ssa.Value) (heap.Label, bool) {
	p, ok := v.(*ssa.Parameter)
	if !ok || p.Name() == "" || fn.Signature.Recv() != nil && p == fn.Params[0] || e.protocolOf(fn) != graphQL {
		return heap.Label{}, false
	}
	l := heap.Requested(graphQL.in, heap.Read, p.Pos())
	return l.Keyed(p.Name()), true
}

// isParams recognises what generators of servers bind a request's parameters to:
// go-swagger's hold the request itself, oapi-codegen's come beside it.
func isParams(fn *ssa.Function, t types.Type) bool {
	s := program.StructOf(t)
	if s == nil || !strings.HasSuffix(typeOf(t), "Params") {
		return false
	}
	for v := range s.Fields() {
		if v.Name() == "HTTPRequest" && tables.RequestTypes[typeName(v.Type())] != "" {
			return true
		}
	}
	return takesRequest(fn)
}

// protocol is how a framework names what it calls a function with, and what it makes of
// the result.
type protocol struct{ in, out string }

// The protocols.
var (
	graphQL  = protocol{"GraphQL input", "GraphQL result"}
	grpc     = protocol{"gRPC request", "gRPC response"}
	api      = protocol{"API request", "API response"}
	endpoint = protocol{"endpoint request", "endpoint response"}
)

// protocolOf recognises functions that frameworks call with a decoded request and whose
// result they encode: none for any other.
func (e *engine) protocolOf(fn *ssa.Function) protocol {
	if e.isResolver(fn) {
		return graphQL
	}
	sig := fn.Signature
	params, results := sig.Params(), sig.Results()
	if recv := sig.Recv(); recv != nil {
		if n := program.NamedOf(recv.Type()); n != nil && isResolver(n.Obj().Name()) && params.Len() > 0 && isContext(params.At(0).Type()) && results.Len() == 2 {
			return graphQL
		}
	}
	if params.Len() != 2 || results.Len() != 2 || !isContext(params.At(0).Type()) || !isErrorType(results.At(1).Type()) {
		return protocol{}
	}
	in, out := params.At(1).Type(), results.At(0).Type()
	switch {
	case isProto(in) && isProto(out):
		return grpc
	case strings.HasSuffix(typeOf(in), "RequestObject") && strings.HasSuffix(typeOf(out), "ResponseObject"):
		return api
	case importsHuma(fn) && isHuma(in) && isHuma(out):
		return api
	case isEmptyInterface(in) && isEmptyInterface(out) && fn.Parent() != nil && importsEndpoint(fn):
		return endpoint
	}
	return protocol{}
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
func (e *engine) responds(fn *ssa.Function) string {
	if p := e.protocolOf(fn); p.out != "" {
		return p.out
	}
	results := fn.Signature.Results()
	for i := range results.Len() {
		name := typeName(results.At(i).Type())
		if typ, ok := strings.CutPrefix(name, tables.LambdaEvents+"."); ok && strings.HasSuffix(typ, "Response") {
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
		if name := typeName(p.Type()); tables.RequestTypes[name] == tables.WholeRequest || tables.IsLambdaEvent(name) {
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
	what := f.e.responds(f.fn)
	if what == "" {
		return
	}
	for _, v := range ret.Results {
		if !isErrorType(v.Type()) && !f.responded(v) && !f.e.resolvesFurther(v.Type()) {
			f.sink(summary.Sink{Kind: tables.Returned, What: what, Pos: program.Near(f.fn, ret.Pos())}, f.deep(f.value(v), tables.Encoded))
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
	return fn != nil && f.e.local[fn] != nil && f.e.responds(fn) != ""
}
