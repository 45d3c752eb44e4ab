package taint

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// flowRow describes what functions without a body at hand do with what they are
// given, as moves between arguments (the receiver first) and results:
//
//	"1>0"  what is in argument 1 is written to what argument 0 denotes
//	"*>r"  all arguments end up in the results, errors excepted
//	"d>r"  all but the receiver
//	"*>e"  … errors included
//	"0=r"  the result is argument 0, or leads to it
//	"0<1"  argument 1 is filled from 0, as a decoder does
//	"!d"   what the arguments point to is filled from elsewhere
//	""     nothing of the arguments is in the results
//
// A number may be followed by "#" or "[]", for the keys or the elements.
type flowRow struct {
	row
	moves string
	mode  mode
}

// flowRows are the exceptions from what transfer assumes of the standard library,
// and common modules. The packages' documentation is the source.
var flowRows = []flowRow{
	{row{"errors", "", "*"}, "*>e 0>1", whole},
	{row{"context", "", "*"}, "*>r", whole},
	{row{"context", "Context", "Err|Value"}, "0>e", whole},
	{row{"context", "Context", "*"}, "", whole},

	{row{"encoding/json", "", "Marshal|MarshalIndent"}, "0>r", encoded},
	{row{"encoding/xml", "", "Marshal|MarshalIndent"}, "0>r", encoded},
	{row{"encoding/json", "", "Unmarshal"}, "0<1", whole},
	{row{"encoding/xml", "", "Unmarshal"}, "0<1", whole},
	{row{"encoding/json", "", "NewEncoder|NewDecoder"}, "0=r", whole},
	{row{"encoding/xml", "", "NewEncoder|NewDecoder"}, "0=r", whole},
	{row{"encoding/gob", "", "NewEncoder|NewDecoder"}, "0=r", whole},
	{row{"encoding/csv", "", "NewWriter|NewReader"}, "0=r", whole},
	{row{"encoding/json", "Encoder", "Encode"}, "1>0", encoded},
	{row{"encoding/xml", "Encoder", "Encode"}, "1>0", encoded},
	{row{"encoding/gob", "Encoder", "Encode"}, "1>0", encoded},
	{row{"encoding/json", "Encoder|Decoder", "Set*|Disallow*|Use*"}, "", whole},
	{row{"encoding/json", "Decoder", "Decode"}, "0<1", whole},
	{row{"encoding/xml", "Decoder", "Decode"}, "0<1", whole},
	{row{"encoding/gob", "Decoder", "Decode"}, "0<1", whole},
	{row{"encoding/json", "", "Indent|Compact|HTMLEscape"}, "1>0", whole},
	{row{"encoding/csv", "Writer", "Write|WriteAll"}, "1>0", whole},

	{row{"text/template", "Template", "Execute"}, "2>1", rendered},
	{row{"text/template", "Template", "ExecuteTemplate"}, "3>1", rendered},
	{row{"html/template", "Template", "Execute"}, "2>1", rendered},
	{row{"html/template", "Template", "ExecuteTemplate"}, "3>1", rendered},
	{row{"text/template", "*", "*"}, "", whole},
	{row{"html/template", "Template", "*"}, "", whole},

	{row{"io", "", "Copy|CopyN|CopyBuffer|WriteString"}, "1>0", whole},
	{row{"io", "", "ReadFull|ReadAtLeast"}, "0>1", whole},
	{row{"io", "", "Pipe"}, "", whole},
	{row{"io", "", "TeeReader"}, "0=r 0>1", whole},
	{row{"io", "", "NopCloser|LimitReader|NewSectionReader"}, "0=r", whole},
	{row{"io", "", "MultiWriter|MultiReader"}, "*=r", whole},
	{row{"bufio", "", "NewReader|NewReaderSize|NewWriter|NewWriterSize|NewScanner|NewReadWriter"}, "*=r", whole},
	{row{"compress/gzip", "", "NewWriter|NewWriterLevel|NewReader"}, "0=r", whole},
	{row{"text/tabwriter", "", "NewWriter"}, "0=r", whole},
	{row{"text/tabwriter", "Writer", "Init"}, "1=r", whole},

	{row{"net/http", "Request", "FormValue|PostFormValue|PathValue|Cookie|Cookies|CookiesNamed|BasicAuth|Referer|UserAgent|FormFile|MultipartReader"}, "0>r", whole},
	{row{"net/http", "Request", "WithContext|Clone"}, "0=r", whole},
	{row{"net/http", "Request", "AddCookie"}, "1>0", whole},
	{row{"net/http", "Request", "SetBasicAuth"}, "d>0", whole},
	{row{"net/http", "Request", "Write"}, "0>1", whole},
	{row{"net/http", "Request", "*"}, "", whole},
	{row{"net/http", "Header", "Get|Values|Clone"}, "0>r", whole},
	{row{"net/http", "Header", "Set|Add"}, "2>0", whole},
	{row{"net/http", "Header", "*"}, "", whole},
	{row{"net/http", "ResponseWriter", "Header"}, "0=r", whole},
	{row{"net/http", "ResponseWriter", "Write"}, "1>0", whole},
	{row{"net/http", "ResponseWriter", "WriteHeader"}, "", whole},
	{row{"net/http", "", "NewRequest|NewRequestWithContext"}, "*>r", whole},
	{row{"net/http", "", "MaxBytesReader"}, "1=r", whole},
	{row{"net/http", "*", "*"}, "", whole},
	{row{"net/url", "Values", "Get|Encode|Has"}, "0>r", whole},
	{row{"net/url", "Values", "Set|Add"}, "2>0", whole},
	{row{"net/url", "URL", "Query|String|RequestURI|EscapedPath|Redacted"}, "0>r", whole},

	{row{"database/sql", "Row|Rows", "Scan"}, "!d", whole},
	{row{"database/sql", "*", "*"}, "", whole},
	{row{"database/sql/driver", "*", "*"}, "", whole},
	{row{"os", "", "WriteFile|Getenv|LookupEnv|ReadFile|Open|OpenFile|Create|Exit|Setenv|Stat"}, "", whole},
	{row{"os", "File", "Write|WriteString"}, "1>0", whole},
	{row{"os", "*", "*"}, "", whole},
	{row{"os/exec", "*", "*"}, "", whole},
	{row{"reflect", "*", "*"}, "", whole},
	{row{"time", "*", "*"}, "", whole},
	{row{"testing", "*", "*"}, "", whole},
	{row{"runtime", "*", "*"}, "", whole},
	{row{"math/rand", "*", "*"}, "", whole},
	{row{"flag", "*", "*"}, "", whole},
	{row{"log", "*", "*"}, "", whole},
	{row{"sync", "Map", "Store"}, "1>0# 2>0[]", whole},
	{row{"sync", "Map", "LoadOrStore|Swap"}, "1>0# 2>0[] 0[]>r", whole},
	{row{"sync", "Map", "Load|LoadAndDelete"}, "0[]>r", whole},
	{row{"sync", "Map", "Delete|Range|CompareAndSwap|CompareAndDelete|Clear"}, "", whole},
	{row{"sync", "Once|Mutex|RWMutex|WaitGroup|Cond", "*"}, "", whole},
	{row{"slices", "", "Contains*|Index*|Equal*|Compare*|BinarySearch*|Sort*|IsSorted*"}, "", whole},
	{row{"bufio", "Scanner", "Buffer"}, "1>0", whole},
	{row{"log/slog", "", "String|Any|Group|GroupAttrs|AnyValue|StringValue|GroupValue"}, "*>r", logged},
	{row{"log/slog", "*", "*"}, "", whole},
	{row{"strings", "", "NewReplacer"}, "", whole},

	// Fields of structured loggers and attributes of telemetry.
	{row{"go.uber.org/zap", "", "String*|Any|Reflect|Object*|Array|Binary|ByteString*|Error|Errors|NamedError|Inline|Dict|Namespace"}, "*>r", logged},
	{row{"go.uber.org/zap/zapcore", "ObjectEncoder|ArrayEncoder|PrimitiveArrayEncoder", "*"}, "d>0", logged},
	{row{"github.com/rs/zerolog", "*", "*"}, "", whole},
	{row{"github.com/sirupsen/logrus", "*", "*"}, "", whole},
	{row{"go.opentelemetry.io/otel/attribute", "*", "*"}, "*>r", logged},
	{row{"go.opencensus.io/trace", "", "StringAttribute"}, "*>r", logged},
	{row{"github.com/slack-go/slack", "", "MsgOption*|New*Block*"}, "*>r", encoded},
	{row{"go.opentelemetry.io/otel/trace", "", "WithAttributes"}, "*>r", logged},
	{row{"go.opentelemetry.io/otel/metric", "", "WithAttributes|WithAttributeSet"}, "*>r", logged},
	{row{"github.com/opentracing/opentracing-go/log", "", "*"}, "*>r", logged},

	{row{"github.com/go-openapi/runtime/middleware", "", "Error|ResponderFunc"}, "1>r", encoded},

	// Errors.
	{row{"github.com/pkg/errors", "", "*"}, "*>e", printed},
	{row{"golang.org/x/xerrors", "", "*"}, "*>e", printed},
	{row{"github.com/cockroachdb/errors", "", "*"}, "*>e", printed},
	{row{"github.com/hashicorp/go-multierror", "", "Append"}, "*>r", printed},

	// Pointers, casts and copies.
	{row{"github.com/aws/aws-sdk-go-v2/aws", "", "String|ToString|StringSlice"}, "0>r", whole},
	{row{"github.com/aws/aws-sdk-go/aws", "", "String|StringValue|StringSlice"}, "0>r", whole},
	{row{"k8s.io/utils/ptr", "", "To|Deref"}, "*>r", whole},
	{row{"k8s.io/utils/pointer", "", "*"}, "*>r", whole},
	{row{"github.com/samber/lo", "", "ToPtr|FromPtr*|Ternary|Coalesce*|Must"}, "*>r", whole},
	{row{"github.com/spf13/cast", "", "ToString*|ToStringMap*"}, "0>r", whole},
	{row{"github.com/mitchellh/mapstructure", "", "Decode|WeakDecode"}, "0<1", whole},
	{row{"github.com/go-viper/mapstructure", "", "Decode|WeakDecode"}, "0<1", whole},
	{row{"github.com/jinzhu/copier", "", "Copy*"}, "1>0", whole},
	{row{"google.golang.org/protobuf/proto", "", "String"}, "0>r", whole},
	{row{"google.golang.org/protobuf/types/known/wrapperspb", "", "String"}, "0>r", whole},

	// What a token claims, its bearer can read.
	{row{"github.com/golang-jwt/jwt", "", "NewWithClaims"}, "1>r", encoded},
	{row{"github.com/golang-jwt/jwt", "Token", "SignedString|SigningString"}, "0>r", whole},
	{row{"github.com/dgrijalva/jwt-go", "", "NewWithClaims"}, "1>r", encoded},
	{row{"github.com/dgrijalva/jwt-go", "Token", "SignedString|SigningString"}, "0>r", whole},

	// Encoders.
	{row{"google.golang.org/protobuf/internal/impl", "Export", "MessageStringOf"}, "1>r", encoded},
	{row{"google.golang.org/protobuf/proto", "", "Marshal"}, "0>r", encoded},
	{row{"google.golang.org/protobuf/encoding/protojson", "", "Marshal|Format"}, "0>r", encoded},
	{row{"google.golang.org/protobuf/encoding/prototext", "", "Marshal|Format"}, "0>r", encoded},
	{row{"gopkg.in/yaml", "", "Marshal"}, "0>r", encoded},
	{row{"go.yaml.in/yaml", "", "Marshal"}, "0>r", encoded},
	{row{"sigs.k8s.io/yaml", "", "Marshal"}, "0>r", encoded},
	{row{"github.com/json-iterator/go", "*", "Marshal*"}, "1>r", encoded},
	{row{"github.com/goccy/go-json", "", "Marshal*"}, "0>r", encoded},
	{row{"google.golang.org/protobuf/proto", "", "Unmarshal"}, "0<1", whole},
	{row{"google.golang.org/protobuf/encoding/protojson", "", "Unmarshal"}, "0<1", whole},
	{row{"gopkg.in/yaml", "", "Unmarshal"}, "0<1", whole},
	{row{"github.com/goccy/go-json", "", "Unmarshal"}, "0<1", whole},
	{row{"github.com/json-iterator/go", "", "Unmarshal"}, "0<1", whole},

	// Requests as frameworks hand them out.
	{row{"github.com/gorilla/mux", "", "Vars"}, "0>r", whole},
	{row{"github.com/gorilla/schema", "Decoder", "Decode"}, "2<1", whole},
	{row{"github.com/go-chi/chi", "", "URLParam|URLParamFromCtx"}, "0>r", whole},
	{row{"github.com/go-chi/render", "", "Bind"}, "0<1", whole},
	{row{"github.com/go-chi/render", "", "DecodeJSON|Decode"}, "0<1", whole},
	{row{"github.com/julienschmidt/httprouter", "Params", "ByName"}, "0>r", whole},
	{row{"github.com/gin-gonic/gin", "Context", "Query*|DefaultQuery|GetQuery*|Param|PostForm*|DefaultPostForm|GetPostForm*|GetHeader|Cookie|GetRawData"}, "0>r", whole},
	{row{"github.com/gin-gonic/gin", "Context", "Bind|BindJSON|BindQuery|BindUri|BindHeader|BindXML|BindYAML|ShouldBind|ShouldBindJSON|ShouldBindQuery|ShouldBindUri|ShouldBindHeader|ShouldBindXML|ShouldBindYAML|ShouldBindWith|ShouldBindBodyWith*|MustBindWith|BindWith"}, "0<1", whole},
	{row{"github.com/gin-gonic/gin", "Params", "ByName|Get"}, "0>r", whole},
	{row{"github.com/gin-gonic/gin", "*", "*"}, "", whole},
	{row{"github.com/labstack/echo", "Context", "QueryParam|QueryParams|QueryString|Param|ParamValues|FormValue|FormParams|Cookie"}, "0>r", whole},
	{row{"github.com/labstack/echo", "Context", "Bind"}, "0<1", whole},
	{row{"github.com/labstack/echo", "DefaultBinder", "Bind"}, "2<1", whole},
	{row{"github.com/labstack/echo", "DefaultBinder", "Bind*"}, "1<2", whole},
	{row{"github.com/labstack/echo", "", "QueryParamsBinder|PathParamsBinder|FormFieldBinder"}, "0=r", whole},
	{row{"github.com/labstack/echo", "ValueBinder", "String*|MustString*"}, "0<2 0=r", whole},
	{row{"github.com/labstack/echo", "Context", "Request"}, "0=r", whole},
	{row{"github.com/labstack/echo", "Context", "Response"}, "", whole},
	{row{"github.com/labstack/echo", "Context", "*"}, "", whole},
	{row{"github.com/gofiber/fiber", "Ctx", "Query|Queries|Params|AllParams|FormValue|Get|Cookies|Body|BodyRaw"}, "0>r", whole},
	{row{"github.com/gofiber/fiber", "Ctx", "BodyParser|QueryParser|ParamsParser|ReqHeaderParser|CookieParser"}, "0<1", whole},
	{row{"github.com/gofiber/fiber", "Ctx", "Bind"}, "0=r", whole},
	{row{"github.com/gofiber/fiber", "Bind", "With*|Skip*"}, "0=r", whole},
	{row{"github.com/gofiber/fiber", "Bind", "*"}, "0<1", whole},
	{row{"github.com/gofiber/fiber", "", "Query|Params|GetReqHeader"}, "0>r", whole},
	{row{"github.com/gofiber/fiber", "Ctx", "*"}, "", whole},
	{row{"github.com/emicklei/go-restful", "Request", "QueryParameter*|PathParameter*|BodyParameter|HeaderParameter"}, "0>r", whole},
	{row{"github.com/emicklei/go-restful", "Request", "ReadEntity"}, "0<1", whole},
	{row{"github.com/kataras/iris/context", "Context", "URLParam*|FormValue|PostValue|GetHeader"}, "0>r", whole},
	{row{"github.com/kataras/iris/context", "Context", "ReadJSON|ReadForm|ReadQuery|ReadBody"}, "0<1", whole},
	{row{"github.com/gobuffalo/buffalo", "Context", "Param|Params"}, "0>r", whole},
	{row{"github.com/gobuffalo/buffalo", "Context", "Bind"}, "0<1", whole},
	{row{"github.com/valyala/fasthttp", "RequestCtx", "QueryArgs|PostArgs|PostBody|FormValue|UserValue"}, "0>r", whole},
	{row{"github.com/valyala/fasthttp", "RequestHeader", "Peek*|Cookie|UserAgent|Referer"}, "0>r", whole},
	{row{"connectrpc.com/connect", "Request", "Header|Peer"}, "0=r", whole},
	{row{"google.golang.org/grpc/metadata", "MD", "Get"}, "0>r", whole},
	{row{"github.com/valyala/fasthttp", "Args", "Peek*|String|QueryString"}, "0>r", whole},
}

var flowIndex = byPackage(flowRows, func(r flowRow) string { return r.pkg })

// digests make values that do not tell what they were made of.
var digests = []string{"crypto", "hash", "golang.org/x/crypto"}

// transfer applies what a table or the standard library's habits say of a function,
// and reports whether they say anything.
func (f *frame) transfer(k site) bool {
	pkg := unversioned(k.name.Pkg)
	for _, d := range digests {
		if pkg == d || strings.HasPrefix(pkg, d+"/") {
			return true
		}
	}
	if f.formatted(k) {
		return true
	}
	for _, r := range flowIndex[pkg] {
		if r.matches(k.name) {
			f.moves(k, r)
			return true
		}
	}
	if !program.IsStd(k.name.Pkg) || f.e.summaryOf(k.obj) != nil || k.name.Pkg == f.e.pass.Pkg.Path() {
		return false
	}
	f.habit(k)
	return true
}

// takesIn and fills are how methods of the standard library are called that put their
// arguments into the receiver, and what the receiver holds into their arguments.
var (
	takesIn = row{"*", "*", "Write*|Set*|Add*|Store*|Put*|Push*|Append*|Insert*|Encode*|ReadFrom|Reset|Print*|Send*|Log*"}
	fills   = row{"*", "*", "Read|ReadAt|Decode*|Scan*|Unmarshal*|WriteTo|Copy*|Fill*"}
)

// habit is what functions of the standard library do unless a row says otherwise:
// results are made of the arguments, and some methods move values between their
// receiver and their arguments.
func (f *frame) habit(k site) {
	f.moves(k, flowRow{moves: "*>r"})
	if k.declared() == 0 {
		return
	}
	recv := f.deep(k.args[0], whole)
	for i := 1; i < len(k.args); i++ {
		if takesIn.matches(k.name) {
			f.writeTo(k, 0, f.deep(k.args[i], whole))
		}
		if fills.matches(k.name) && fillable(k.vals[i].Type()) || k.name.Name == "WriteTo" {
			f.writeTo(k, i, recv)
		}
	}
	f.adoptAll(k)
}

func fillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		return true
	}
	return false
}

func (f *frame) adoptAll(k site) {
	if k.v == nil {
		return
	}
	for j, rt := range resultTypes(k.v) {
		f.adopt(k, f.resultPlace(k.v, j), rt)
	}
}

// formatted handles package fmt, which looks at values in its own way.
func (f *frame) formatted(k site) bool {
	if k.name.Pkg != "fmt" || k.name.Recv != "" || len(k.args) == 0 {
		return false
	}
	name := k.name.Name
	last := len(k.args) - 1
	to := -1
	switch {
	case strings.HasPrefix(name, "Fprint"), strings.HasPrefix(name, "Append"):
		to = 0
	case strings.HasPrefix(name, "Sprint"), name == "Errorf":
	case strings.HasPrefix(name, "Sscan"), strings.HasPrefix(name, "Fscan"):
		f.fillVariadic(k, last, f.deep(k.args[0], whole))
		return true
	case strings.HasPrefix(name, "Print"), strings.HasPrefix(name, "Scan"):
		return true
	default:
		return false
	}
	r := sinkRow{mode: printed}
	var parts []Taint
	if strings.HasSuffix(name, "f") {
		r.format = last // the argument before the variadic one, counted from 1
		parts = append(parts, f.deep(k.args[last-1], printed))
	}
	f.variadic(k, last, r, 0, func(shown Taint) { parts = append(parts, shown) })
	t := joined(parts...).made().step(k.pos, Way{FormattedBy, "fmt." + name})
	if to >= 0 {
		f.writeTo(k, to, t)
	}
	if k.v != nil && !strings.HasPrefix(name, "Fprint") {
		f.mem.set(f.resultPlace(k.v, 0), cell{taint: t, known: true})
	}
	return true
}

// fillVariadic writes to what the arguments of a variadic parameter point to.
func (f *frame) fillVariadic(k site, i int, t Taint) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		f.writeTo(k, i, t)
		return
	}
	for _, v := range elems {
		if v == nil {
			continue
		}
		for _, r := range f.value(v).refs {
			f.mem.add(r.place, cell{taint: t, opaque: true})
			for _, sub := range f.gather(r.place, nil, false).refs {
				f.mem.add(sub.place, cell{taint: t, opaque: true})
			}
		}
	}
}

// writeTo writes labels to what an argument denotes; a writer that leads out of the
// process makes it a sink.
func (f *frame) writeTo(k site, i int, t Taint) {
	if len(t) == 0 || i >= len(k.args) {
		return
	}
	for _, r := range k.args[i].refs {
		f.writerSink(r, k.pos, t, sinkName(k.name))
		if kind := writerKind(ref{r.place, k.vals[i].Type(), nil}); kind != 0 && writerKind(r) == 0 {
			f.sink(Sink{Kind: kind, What: sinkName(k.name), Pos: k.pos}, t)
		}
	}
	f.taintRefs(k.args[i], t)
}

// moves carries out a row.
func (f *frame) moves(k site, r flowRow) {
	for m := range strings.FieldsSeq(r.moves) {
		op := strings.IndexAny(m, "><=")
		if strings.Contains(m, "#") || strings.Contains(m, "[]") {
			f.moveParts(k, m[:op], m[op+1:])
			continue
		}
		if m[0] == '!' {
			f.fill(k)
			continue
		}
		from, to := indices(m[:op], k), m[op+1:]
		switch {
		case m[op] == '=':
			f.aliasResult(k, from)
		case m[op] == '<':
			f.decode(k, from[0], int(to[0]-'0'))
		case to == "r" || to == "e":
			f.toResults(k, from, r.mode, to == "e")
		default:
			for _, i := range from {
				t := f.shown(k, i, r.mode)
				f.writeTo(k, int(to[0]-'0'), t.step(k.pos, Way{Through, k.name.Name}))
			}
		}
	}
}

// shown is what a function sees of an argument.
func (f *frame) shown(k site, i int, m mode) Taint {
	if m == rendered {
		return f.rendered(k, i)
	}
	return f.deep(k.args[i], m)
}

// parts are the parts of arguments that rows name.
var parts = map[string]segment{"#": mapKeys, "[]": anyElement}

// moveParts moves between the keys or elements of arguments.
func (f *frame) moveParts(k site, from, to string) {
	i := int(from[0] - '0')
	if i >= len(k.args) {
		return
	}
	part := func(c cell, seg string) cell {
		out := cell{taint: c.taint}
		for _, r := range c.refs {
			if seg, ok := parts[seg]; ok {
				r = ref{r.at(seg), nil, nil}
			}
			out.refs = append(out.refs, r)
		}
		return out
	}
	src := part(k.args[i], from[1:])
	if to == "r" {
		if k.v != nil {
			f.mem.add(f.resultPlace(k.v, 0), cell{taint: f.deep(src, whole), refs: src.refs})
		}
		return
	}
	if j := int(to[0] - '0'); j < len(k.args) {
		f.writeWeak(part(k.args[j], to[1:]), src)
	}
}

func indices(s string, k site) []int {
	var out []int
	switch s {
	case "*", "d":
		first := 0
		if s == "d" {
			first = k.declared()
		}
		for i := first; i < len(k.args); i++ {
			out = append(out, i)
		}
	default:
		if i := int(s[0] - '0'); i < len(k.args) {
			out = append(out, i)
		}
	}
	return out
}

func (f *frame) toResults(k site, from []int, m mode, errors bool) {
	if k.v == nil {
		return
	}
	var t Taint
	for _, i := range from {
		if f.named(k, i) {
			continue
		}
		t = t.union(f.deep(k.args[i], m))
	}
	t = f.relabel(t, k.pos, pickedBy(k)).step(k.pos, Way{Through, k.name.Name})
	for j, rt := range resultTypes(k.v) {
		if carries(rt) && (errors || !isError(rt)) {
			f.mem.add(f.resultPlace(k.v, j), cell{taint: t})
		}
	}
}

// named reports whether an argument only names what is wanted, as the key of Get.
func (f *frame) named(k site, i int) bool {
	return i > 0 && k.declared() == 1 && strings.HasPrefix(k.name.Name, "Get") && isScalar(k.vals[i].Type())
}

func (f *frame) aliasResult(k site, from []int) {
	if k.v == nil {
		return
	}
	p := f.resultPlace(k.v, 0)
	var c cell
	c.known = true
	for _, i := range from {
		c.taint = c.taint.union(k.args[i].taint)
		c.refs = joinRefs(c.refs, k.args[i].refs)
		if elems, ok := literalElements(k.vals[i]); ok {
			for _, v := range elems {
				if v != nil {
					c.refs = joinRefs(c.refs, f.value(v).refs)
				}
			}
		}
	}
	c.refs = without(c.refs, p)
	f.mem.set(p, c)
}

// fill marks what the arguments point to as filled from elsewhere: types say what
// it may hold.
func (f *frame) fill(k site) {
	for i := k.declared(); i < len(k.args); i++ {
		f.fillVariadic(k, i, nil)
		for _, r := range k.args[i].refs {
			f.mem.add(r.place, cell{opaque: true})
		}
	}
}

// decode fills an argument from another one. What is decoded into a type that holds
// a source holds it too: the text of a request with an External ID in it is as
// secret as the ID.
func (f *frame) decode(k site, from, to int) {
	if from >= len(k.args) || to >= len(k.args) {
		return
	}
	t := f.decoded(f.deep(k.args[from], whole), k.pos).step(k.pos, Way{DecodedBy, k.name.Name})
	for _, r := range f.targets(k.args[to]) {
		f.mem.add(r.place, cell{opaque: true})
		spots := f.e.spots(r.typ, encoded)
		if isStruct(derefType(r.typ)) && len(spots) > 0 {
			for _, s := range spots {
				f.mem.add(r.join(s.path), cell{taint: t.without(Request)})
				f.sourceText(k, from, s)
			}
			f.mem.add(r.place, cell{taint: onlyKind(t, Request)})
			continue
		}
		f.mem.add(r.place, cell{taint: t})
		for _, s := range spots {
			f.sourceText(k, from, s)
		}
	}
}

// decoded says of a request's values that they were read where they are decoded, be
// their bytes read before. What is encoded and decoded again was read the first time.
func (f *frame) decoded(t Taint, pos token.Pos) Taint {
	t = f.takenAt(t, pos, "", func(l Label) bool { return l.Stage != Decoded && !l.isKeyed() })
	out := slices.Clone(t)
	for i, x := range out {
		if x.Label.Kind == Request && x.Label.Pos == pos {
			out[i].Label.Stage = Decoded
		}
	}
	return out
}

// sourceText marks the text that a source was decoded from. A request holds more than its
// body: what is asked of it by other names is not that text.
func (f *frame) sourceText(k site, from int, s spot) {
	if isScalar(k.vals[from].Type()) || isRequest(k.vals[from].Type()) {
		return
	}
	text := k.args[from]
	text.refs = slices.DeleteFunc(slices.Clone(text.refs), func(r ref) bool { return isRequest(r.root.Type()) })
	f.taintRefs(text, Taint{{s.label, stepAt(f.fn, k.pos, s.label.Source)}})
}

// isRequest recognises objects that hold what a caller of the service sent.
func isRequest(t types.Type) bool { return requestTypes[typeName(pointee(t))] != "" }

// targets are the objects behind an argument: a decoder is often given a pointer to
// a pointer.
func (f *frame) targets(c cell) []ref {
	out := c.refs
	for _, r := range c.refs {
		for _, sub := range f.gather(r.place, nil, false).refs {
			if sub.typ == nil && r.typ != nil {
				sub.typ = deref(r.typ)
			}
			out = joinRefs(out, []ref{sub})
		}
	}
	return out
}

func derefType(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return deref(t)
}

func isStruct(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Struct)
	return ok
}
