package interp

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Interceptors see the messages of all methods of a server, of no type. What such a message
// may hold is what those of any method hold that the program serves: packages tell it each
// other by a fact, as they do what methods of interfaces return.

// messages is what an interceptor sees of a side of calls.
type messages int

const (
	answered messages = iota
	asked
)

// served is the fact of the package's own methods; empty if their messages hold nothing.
func (e *engine) served() summary.FuncFact {
	f := summary.FuncFact{Name: summary.Messages, Results: make([]summary.OutputFact, 2)}
	for _, fn := range e.prog.Funcs {
		if fn.Signature.Recv() == nil || fn.Parent() != nil {
			continue
		}
		in, out := rpcMessages(fn.Signature)
		f.Results[asked].At = e.heldBy(f.Results[asked].At, in)
		f.Results[answered].At = e.heldBy(f.Results[answered].At, out)
	}
	return f
}

// maxHeld is how many places of messages are told of.
const maxHeld = 16

func (e *engine) heldBy(held []summary.LabelFact, t types.Type) []summary.LabelFact {
	if t == nil {
		return held
	}
	for _, s := range e.spots(t, tables.Encoded) {
		l := summary.LabelFact{Path: s.path.Segments(), Label: s.label.Mark, Origin: s.label.Origin()}
		same := func(x summary.LabelFact) bool { return x.Origin == l.Origin && slices.Equal(x.Path, l.Path) }
		if !s.label.Typed && len(held) < maxHeld && !slices.ContainsFunc(held, same) {
			held = append(held, l)
		}
	}
	return held
}

// rpcMessages are the types of what a method of a gRPC server is asked and answers, nil
// where it has none: func(ctx, *In) (*Out, error), func(*In, stream) error or
// func(stream) error, whose stream names the types.
func rpcMessages(sig *types.Signature) (in, out types.Type) {
	params, results := sig.Params(), sig.Results()
	switch {
	case params.Len() == 2 && results.Len() == 2 && isContext(params.At(0).Type()) && isProto(params.At(1).Type()) && isProto(results.At(0).Type()):
		return params.At(1).Type(), results.At(0).Type()
	case results.Len() != 1 || params.Len() == 0 || params.Len() > 2 || !isServerStream(params.At(params.Len()-1).Type()):
		return nil, nil
	}
	stream := params.At(params.Len() - 1).Type()
	if send := methodOf(stream, "Send", "SendAndClose"); send != nil && send.Params().Len() == 1 {
		out = send.Params().At(0).Type()
	}
	if recv := methodOf(stream, "Recv"); recv != nil && recv.Results().Len() == 2 {
		in = recv.Results().At(0).Type()
	}
	if params.Len() == 2 && isProto(params.At(0).Type()) {
		in = params.At(0).Type()
	}
	return in, out
}

func isServerStream(t types.Type) bool {
	return types.IsInterface(t) && methodOf(t, "SendMsg") != nil && methodOf(t, "RecvMsg") != nil && methodOf(t, "SetHeader") != nil
}

// methodOf is the first of some methods that a type has.
func methodOf(t types.Type, names ...string) *types.Signature {
	for _, name := range names {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if m, ok := obj.(*types.Func); ok {
			return m.Signature()
		}
	}
	return nil
}

// held are the labels that messages of a side may have, by where in them: those of the
// package, of what it imports and of the program.
func (e *engine) held(side messages) map[*heap.Path]heap.Taint {
	if e.messages[side] == nil {
		e.messages[side] = map[*heap.Path]heap.Taint{}
		own := e.served().Results[side].At
		for _, l := range slices.Concat(own, e.servedElsewhere[side], e.program[summary.MessagesOf(int(side))]) {
			p := e.paths.JoinAll(l.Path)
			e.messages[side][p] = e.messages[side][p].Union(heap.Taint{{Label: l.Label.From(l.Origin).Label(l.In, e.paths)}})
		}
	}
	return e.messages[side]
}

// putMessage says of an object that it is a message of a side of calls.
func (f *frame) putMessage(p heap.Place, side messages, pos token.Pos) {
	for path, t := range heap.ByPath(f.e.held(side)) {
		for _, x := range t {
			f.mem.Add(p.Join(path), heap.Cell{Taint: heap.Taint{{Label: x.Label, Step: stepAt(f.fn, pos, x.Label.Source())}}})
		}
	}
}

// enterMessage labels an input of an interceptor that is a message of any method, or of one
// that wraps a stream.
func (f *frame) enterMessage(v ssa.Value) {
	p, ok := v.(*ssa.Parameter)
	if !ok || !isEmptyInterface(p.Type()) {
		return
	}
	sig := f.fn.Signature
	if sig.Recv() != nil { // of a stream, what is received is there after the call that receives it
		if f.fn.Name() == "SendMsg" && wrapsStream(sig.Recv().Type()) {
			f.putMessage(f.at(v), answered, p.Pos())
		}
		return
	}
	if sig.Params().Len() == 4 && typeName(sig.Params().At(2).Type()) == grpcPackage+".UnaryServerInfo" && p == f.fn.Params[1] {
		f.putMessage(f.at(v), asked, p.Pos())
	}
}

// grpcPackage is where interceptors have their types.
// https://pkg.go.dev/google.golang.org/grpc#UnaryServerInterceptor
const grpcPackage = "google.golang.org/grpc"

// wrapsStream reports whether a type stands for the stream of a server that it holds.
func wrapsStream(t types.Type) bool {
	s := program.StructOf(t)
	if s == nil {
		return false
	}
	for f := range s.Fields() {
		if typeName(f.Type()) == grpcPackage+".ServerStream" {
			return true
		}
	}
	return false
}

// sendsOn reports whether a stream's wrapper hands a message on to what it wraps: who sends
// it is told of it.
func (f *frame) sendsOn(k site) bool {
	recv := f.fn.Signature.Recv()
	return k.name.Name == "SendMsg" && f.fn.Name() == "SendMsg" && recv != nil && wrapsStream(recv.Type())
}

// intercepts calls the method that an interceptor is around: what it answers is a message
// of any method.
func (f *frame) intercepts(k site) {
	if k.v != nil && typeName(k.call.Value.Type()) == grpcPackage+".UnaryHandler" {
		f.putMessage(f.resultPlace(k.v, 0), answered, k.pos)
	}
}

// streams calls a server's stream. What it receives is a message of any method; that other
// streams in sight are called the same way says nothing of this one, since each wraps
// another.
func (f *frame) streams(k site) bool {
	if k.name.Pkg != grpcPackage || k.name.Recv != "ServerStream" || len(k.args) != 2 {
		return false
	}
	if k.name.Name != "RecvMsg" {
		return k.name.Name == "SendMsg"
	}
	for _, r := range k.args[1].Refs {
		if r.Typ == nil || isEmptyInterface(r.Typ) {
			f.putMessage(r.Place, asked, k.pos)
		}
	}
	f.fill(k)
	return true
}
