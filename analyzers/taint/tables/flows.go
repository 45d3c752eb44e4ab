package tables

// FlowRow describes what functions without a body at hand do with what they are
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
// A number or r may be followed by "#" or "[]", for the keys or the elements, or by "^0" or
// "^1", for what an iterator yields.
type FlowRow struct {
	row
	Moves string
	Mode  Mode
}

// flowRows are the exceptions from what transfer assumes of the standard library,
// and common modules. The packages' documentation is the source.
var flowRows = []FlowRow{
	{row{"errors", "", "*"}, "*>e 0>1", Whole},
	{row{"context", "", "*"}, "*>r", Whole},
	{row{"context", "Context", "Err|Value"}, "0>e", Whole},
	{row{"context", "Context", "*"}, "", Whole},

	{row{"encoding/json", "", "Marshal|MarshalIndent"}, "0>r", Encoded},
	{row{"encoding/xml", "", "Marshal|MarshalIndent"}, "0>r", Encoded},
	{row{"encoding/json", "", "Unmarshal"}, "0<1", Whole},
	{row{"encoding/xml", "", "Unmarshal"}, "0<1", Whole},
	{row{"encoding/json", "", "NewEncoder|NewDecoder"}, "0=r", Whole},
	{row{"encoding/xml", "", "NewEncoder|NewDecoder"}, "0=r", Whole},
	{row{"encoding/gob", "", "NewEncoder|NewDecoder"}, "0=r", Whole},
	{row{"encoding/csv", "", "NewWriter|NewReader"}, "0=r", Whole},
	{row{"encoding/json", "Encoder", "Encode"}, "1>0", Encoded},
	{row{"encoding/xml", "Encoder", "Encode"}, "1>0", Encoded},
	{row{"encoding/gob", "Encoder", "Encode"}, "1>0", Encoded},
	{row{"encoding/json", "Encoder|Decoder", "Set*|Disallow*|Use*"}, "", Whole},
	{row{"encoding/json", "Decoder", "Decode"}, "0<1", Whole},
	{row{"encoding/xml", "Decoder", "Decode"}, "0<1", Whole},
	{row{"encoding/gob", "Decoder", "Decode"}, "0<1", Whole},
	{row{"encoding/json", "", "Indent|Compact|HTMLEscape"}, "1>0", Whole},
	{row{"encoding/csv", "Writer", "Write|WriteAll"}, "1>0", Whole},

	{row{"text/template", "Template", "Execute"}, "2>1", Rendered},
	{row{"text/template", "Template", "ExecuteTemplate"}, "3>1", Rendered},
	{row{"html/template", "Template", "Execute"}, "2>1", Rendered},
	{row{"html/template", "Template", "ExecuteTemplate"}, "3>1", Rendered},
	{row{"text/template", "*", "*"}, "", Whole},
	{row{"html/template", "Template", "*"}, "", Whole},

	{row{"io", "", "Copy|CopyN|CopyBuffer|WriteString"}, "1>0", Whole},
	{row{"io", "", "ReadFull|ReadAtLeast"}, "0>1", Whole},
	{row{"io", "", "Pipe"}, "", Whole},
	{row{"io", "", "TeeReader"}, "0=r 0>1", Whole},
	{row{"io", "", "NopCloser|LimitReader|NewSectionReader"}, "0=r", Whole},
	{row{"io", "", "MultiWriter|MultiReader"}, "*=r", Whole},
	{row{"bufio", "", "NewReader|NewReaderSize|NewWriter|NewWriterSize|NewScanner|NewReadWriter"}, "*=r", Whole},
	{row{"compress/gzip", "", "NewWriter|NewWriterLevel|NewReader"}, "0=r", Whole},
	{row{"text/tabwriter", "", "NewWriter"}, "0=r", Whole},
	{row{"text/tabwriter", "Writer", "Init"}, "1=r", Whole},

	{row{"net/http", "Request", "FormValue|PostFormValue|PathValue|Cookie|Cookies|CookiesNamed|BasicAuth|Referer|UserAgent|FormFile|MultipartReader"}, "0>r", Whole},
	{row{"net/http", "Request", "WithContext|Clone"}, "0=r", Whole},
	{row{"net/http", "Request", "AddCookie"}, "1>0", Whole},
	{row{"net/http", "Request", "SetBasicAuth"}, "d>0", Whole},
	{row{"net/http", "Request", "Write"}, "0>1", Whole},
	{row{"net/http", "Request", "*"}, "", Whole},
	{row{"net/http", "Header", "Get|Values|Clone"}, "0>r", Whole},
	{row{"net/http", "Header", "Set|Add"}, "2>0", Whole},
	{row{"net/http", "Header", "*"}, "", Whole},
	{row{"net/http", "ResponseWriter", "Header"}, "0=r", Whole},
	{row{"net/http", "ResponseWriter", "Write"}, "1>0", Whole},
	{row{"net/http", "ResponseWriter", "WriteHeader"}, "", Whole},
	{row{"net/http", "", "NewRequest|NewRequestWithContext"}, "*>r", Whole},
	{row{"net/http", "", "MaxBytesReader"}, "1=r", Whole},
	{row{"net/http", "*", "*"}, "", Whole},
	{row{"net/url", "Values", "Get|Encode|Has"}, "0>r", Whole},
	{row{"net/url", "Values", "Set|Add"}, "2>0", Whole},
	{row{"net/url", "URL", "Query|String|RequestURI|EscapedPath|Redacted"}, "0>r", Whole},

	{row{"database/sql", "Row|Rows", "Scan"}, "!d", Whole},
	{row{"database/sql", "*", "*"}, "", Whole},
	{row{"database/sql/driver", "*", "*"}, "", Whole},
	{row{"os", "", "WriteFile|Getenv|LookupEnv|ReadFile|Open|OpenFile|Create|Exit|Setenv|Stat"}, "", Whole},
	{row{"os", "File", "Write|WriteString"}, "1>0", Whole},
	{row{"os", "*", "*"}, "", Whole},
	{row{"os/exec", "*", "*"}, "", Whole},
	{row{"reflect", "*", "*"}, "", Whole},
	{row{"time", "*", "*"}, "", Whole},
	{row{"testing", "*", "*"}, "", Whole},
	{row{"runtime", "*", "*"}, "", Whole},
	{row{"math/rand", "*", "*"}, "", Whole},
	{row{"flag", "*", "*"}, "", Whole},
	{row{"log", "*", "*"}, "", Whole},
	{row{"sync", "Map", "Store"}, "1>0# 2>0[]", Whole},
	{row{"sync", "Map", "LoadOrStore|Swap"}, "1>0# 2>0[] 0[]>r", Whole},
	{row{"sync", "Map", "Load|LoadAndDelete"}, "0[]>r", Whole},
	{row{"sync", "Map", "Delete|Range|CompareAndSwap|CompareAndDelete|Clear"}, "", Whole},
	{row{"sync", "Once|Mutex|RWMutex|WaitGroup|Cond", "*"}, "", Whole},
	{row{"slices", "", "Contains*|Index*|Equal*|Compare*|BinarySearch*|Sort|SortFunc|SortStableFunc|IsSorted*"}, "", Whole},
	{row{"slices", "", "Values"}, "0[]>r^0", Whole},
	{row{"slices", "", "All|Backward"}, "0[]>r^1", Whole},
	{row{"slices", "", "Collect|Sorted*"}, "0^0>r[]", Whole},
	{row{"slices", "", "AppendSeq"}, "0[]>r[] 1^0>r[]", Whole},
	{row{"maps", "", "Keys"}, "0#>r^0", Whole},
	{row{"maps", "", "Values"}, "0[]>r^0", Whole},
	{row{"maps", "", "All"}, "0#>r^0 0[]>r^1", Whole},
	{row{"maps", "", "Collect"}, "0^0>r# 0^1>r[]", Whole},
	{row{"maps", "", "Insert"}, "1^0>0# 1^1>0[]", Whole},
	{row{"bufio", "Scanner", "Buffer"}, "1>0", Whole},
	{row{"log/slog", "", "String|Any|Group|GroupAttrs|AnyValue|StringValue|GroupValue"}, "*>r", Structured},
	{row{"log/slog", "*", "*"}, "", Whole},
	{row{"strings", "", "NewReplacer"}, "", Whole},

	// Fields of structured loggers and attributes of telemetry.
	{row{"go.uber.org/zap", "", "String*|Any|Reflect|Object*|Array|Binary|ByteString*|Error|Errors|NamedError|Inline|Dict|Namespace"}, "*>r", Structured},
	{row{"go.uber.org/zap/zapcore", "ObjectEncoder|ArrayEncoder|PrimitiveArrayEncoder", "*"}, "d>0", Structured},
	{row{"github.com/rs/zerolog", "*", "*"}, "", Whole},
	{row{"github.com/sirupsen/logrus", "*", "*"}, "", Whole},
	{row{"go.opentelemetry.io/otel/attribute", "*", "*"}, "*>r", Structured},
	{row{"go.opencensus.io/trace", "", "StringAttribute"}, "*>r", Structured},
	{row{"github.com/slack-go/slack", "", "MsgOption*|New*Block*"}, "*>r", Encoded},
	{row{"go.opentelemetry.io/otel/trace", "", "WithAttributes"}, "*>r", Structured},
	{row{"go.opentelemetry.io/otel/metric", "", "WithAttributes|WithAttributeSet"}, "*>r", Structured},
	{row{"github.com/opentracing/opentracing-go/log", "", "*"}, "*>r", Structured},

	{row{"github.com/go-openapi/runtime/middleware", "", "Error|ResponderFunc"}, "1>r", Encoded},

	// Errors.
	{row{"github.com/pkg/errors", "", "*"}, "*>e", Printed},
	{row{"golang.org/x/xerrors", "", "*"}, "*>e", Printed},
	{row{"github.com/cockroachdb/errors", "", "*"}, "*>e", Printed},
	{row{"github.com/hashicorp/go-multierror", "", "Append"}, "*>r", Printed},

	// Pointers, casts and copies.
	{row{"github.com/aws/aws-sdk-go-v2/aws", "", "String|ToString|StringSlice"}, "0>r", Whole},
	{row{"github.com/aws/aws-sdk-go/aws", "", "String|StringValue|StringSlice"}, "0>r", Whole},
	{row{"k8s.io/utils/ptr", "", "To|Deref"}, "*>r", Whole},
	{row{"k8s.io/utils/pointer", "", "*"}, "*>r", Whole},
	{row{"github.com/samber/lo", "", "ToPtr|FromPtr*|Ternary|Coalesce*|Must"}, "*>r", Whole},
	{row{"github.com/spf13/cast", "", "ToString*|ToStringMap*"}, "0>r", Whole},
	{row{"github.com/mitchellh/mapstructure", "", "Decode|WeakDecode"}, "0<1", Whole},
	{row{"github.com/go-viper/mapstructure", "", "Decode|WeakDecode"}, "0<1", Whole},
	{row{"github.com/jinzhu/copier", "", "Copy*"}, "1>0", Whole},
	{row{"google.golang.org/protobuf/proto", "", "String"}, "0>r", Whole},
	{row{"google.golang.org/protobuf/types/known/wrapperspb", "", "String"}, "0>r", Whole},

	// What a token claims, its bearer can read.
	{row{"github.com/golang-jwt/jwt", "", "NewWithClaims"}, "1>r", Encoded},
	{row{"github.com/golang-jwt/jwt", "Token", "SignedString|SigningString"}, "0>r", Whole},
	{row{"github.com/dgrijalva/jwt-go", "", "NewWithClaims"}, "1>r", Encoded},
	{row{"github.com/dgrijalva/jwt-go", "Token", "SignedString|SigningString"}, "0>r", Whole},

	// Encoders.
	{row{"google.golang.org/protobuf/internal/impl", "Export", "MessageStringOf"}, "1>r", Encoded},
	{row{"google.golang.org/protobuf/proto", "", "Marshal"}, "0>r", Encoded},
	{row{"google.golang.org/protobuf/encoding/protojson", "", "Marshal|Format"}, "0>r", Encoded},
	{row{"google.golang.org/protobuf/encoding/prototext", "", "Marshal|Format"}, "0>r", Encoded},
	{row{"gopkg.in/yaml", "", "Marshal"}, "0>r", Encoded},
	{row{"go.yaml.in/yaml", "", "Marshal"}, "0>r", Encoded},
	{row{"sigs.k8s.io/yaml", "", "Marshal"}, "0>r", Encoded},
	{row{"github.com/json-iterator/go", "*", "Marshal*"}, "1>r", Encoded},
	{row{"github.com/goccy/go-json", "", "Marshal*"}, "0>r", Encoded},
	{row{"google.golang.org/protobuf/proto", "", "Unmarshal"}, "0<1", Whole},
	{row{"google.golang.org/protobuf/encoding/protojson", "", "Unmarshal"}, "0<1", Whole},
	{row{"gopkg.in/yaml", "", "Unmarshal"}, "0<1", Whole},
	{row{"github.com/goccy/go-json", "", "Unmarshal"}, "0<1", Whole},
	{row{"github.com/json-iterator/go", "", "Unmarshal"}, "0<1", Whole},

	{row{"github.com/a-h/templ/runtime", "", "WriteString"}, "2>0", Whole},
	{row{"github.com/a-h/templ/runtime", "Buffer", "Write*"}, "1>0", Whole},
	{row{"github.com/a-h/templ", "", "EscapeString|JoinStringErrs|JoinURLErrs"}, "*>r", Whole},

	// Requests as frameworks hand them out.
	{row{"github.com/gorilla/websocket", "Upgrader", "Upgrade"}, "2>r", Whole},
	{row{"github.com/gorilla/websocket", "", "ReadJSON"}, "0<1", Whole},
	{row{"github.com/gorilla/websocket", "Conn", "ReadJSON"}, "0<1", Whole},
	{row{"github.com/gorilla/websocket", "Conn", "ReadMessage|NextReader"}, "0>r", Whole},
	{row{"github.com/coder/websocket", "", "Accept"}, "1>r", Whole},
	{row{"github.com/coder/websocket", "Conn", "Read|Reader"}, "0>r", Whole},
	{row{"github.com/coder/websocket/wsjson", "", "Read"}, "1<2", Whole},
	{row{"github.com/gorilla/mux", "", "Vars"}, "0>r", Whole},
	{row{"github.com/gorilla/schema", "Decoder", "Decode"}, "2<1", Whole},
	{row{"github.com/go-chi/chi", "", "URLParam|URLParamFromCtx"}, "0>r", Whole},
	{row{"github.com/go-chi/render", "", "Bind"}, "0<1", Whole},
	{row{"github.com/go-chi/render", "", "DecodeJSON|Decode"}, "0<1", Whole},
	{row{"github.com/julienschmidt/httprouter", "Params", "ByName"}, "0>r", Whole},
	{row{"github.com/gin-gonic/gin", "Context", "Query*|DefaultQuery|GetQuery*|Param|PostForm*|DefaultPostForm|GetPostForm*|GetHeader|Cookie|GetRawData"}, "0>r", Whole},
	{row{"github.com/gin-gonic/gin", "Context", "Bind|BindJSON|BindQuery|BindUri|BindHeader|BindXML|BindYAML|ShouldBind|ShouldBindJSON|ShouldBindQuery|ShouldBindUri|ShouldBindHeader|ShouldBindXML|ShouldBindYAML|ShouldBindWith|ShouldBindBodyWith*|MustBindWith|BindWith"}, "0<1", Whole},
	{row{"github.com/gin-gonic/gin", "Params", "ByName|Get"}, "0>r", Whole},
	{row{"github.com/gin-gonic/gin", "*", "*"}, "", Whole},
	{row{"github.com/labstack/echo", "Context", "QueryParam|QueryParams|QueryString|Param|ParamValues|FormValue|FormParams|Cookie"}, "0>r", Whole},
	{row{"github.com/labstack/echo", "Context", "Bind"}, "0<1", Whole},
	{row{"github.com/labstack/echo", "DefaultBinder", "Bind"}, "2<1", Whole},
	{row{"github.com/labstack/echo", "DefaultBinder", "Bind*"}, "1<2", Whole},
	{row{"github.com/labstack/echo", "", "QueryParamsBinder|PathParamsBinder|FormFieldBinder"}, "0=r", Whole},
	{row{"github.com/labstack/echo", "ValueBinder", "String*|MustString*"}, "0<2 0=r", Whole},
	{row{"github.com/labstack/echo", "Context", "Request"}, "0=r", Whole},
	{row{"github.com/labstack/echo", "Context", "Response"}, "", Whole},
	{row{"github.com/labstack/echo", "Context", "*"}, "", Whole},
	{row{"github.com/gofiber/fiber", "Ctx", "Query|Queries|Params|AllParams|FormValue|Get|Cookies|Body|BodyRaw"}, "0>r", Whole},
	{row{"github.com/gofiber/fiber", "Ctx", "BodyParser|QueryParser|ParamsParser|ReqHeaderParser|CookieParser"}, "0<1", Whole},
	{row{"github.com/gofiber/fiber", "Ctx", "Bind"}, "0=r", Whole},
	{row{"github.com/gofiber/fiber", "Bind", "With*|Skip*"}, "0=r", Whole},
	{row{"github.com/gofiber/fiber", "Bind", "*"}, "0<1", Whole},
	{row{"github.com/gofiber/fiber", "", "Query|Params|GetReqHeader"}, "0>r", Whole},
	{row{"github.com/gofiber/fiber", "Ctx", "*"}, "", Whole},
	{row{"github.com/emicklei/go-restful", "Request", "QueryParameter*|PathParameter*|BodyParameter|HeaderParameter"}, "0>r", Whole},
	{row{"github.com/emicklei/go-restful", "Request", "ReadEntity"}, "0<1", Whole},
	{row{"github.com/kataras/iris/context", "Context", "URLParam*|FormValue|PostValue|GetHeader"}, "0>r", Whole},
	{row{"github.com/kataras/iris/context", "Context", "ReadJSON|ReadForm|ReadQuery|ReadBody"}, "0<1", Whole},
	{row{"github.com/gobuffalo/buffalo", "Context", "Param|Params"}, "0>r", Whole},
	{row{"github.com/gobuffalo/buffalo", "Context", "Bind"}, "0<1", Whole},
	{row{"github.com/valyala/fasthttp", "RequestCtx", "QueryArgs|PostArgs|PostBody|FormValue|UserValue"}, "0>r", Whole},
	{row{"github.com/valyala/fasthttp", "RequestHeader", "Peek*|Cookie|UserAgent|Referer"}, "0>r", Whole},
	{row{"connectrpc.com/connect", "Request", "Header|Peer"}, "0=r", Whole},
	{row{"google.golang.org/grpc/metadata", "MD", "Get"}, "0>r", Whole},
	{row{"github.com/valyala/fasthttp", "Args", "Peek*|String|QueryString"}, "0>r", Whole},
}

// FlowIndex finds the rows of a package.
var FlowIndex = byPackage(flowRows, func(r FlowRow) string { return r.pkg })

// Digests make values that do not tell what they were made of.
var Digests = []string{"crypto", "hash", "golang.org/x/crypto"}

// takesIn and fills are how methods of the standard library are called that put their
// arguments into the receiver, and what the receiver holds into their arguments.
var (
	TakesIn = row{"*", "*", "Write*|Set*|Add*|Store*|Put*|Push*|Append*|Insert*|Encode*|ReadFrom|Reset|Print*|Send*|Log*"}
	Fills   = row{"*", "*", "Read|ReadAt|Decode*|Scan*|Unmarshal*|WriteTo|Copy*|Fill*"}
)
