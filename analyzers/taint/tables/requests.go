package tables

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// Held is what an object holds of what a caller of the service sent, as reports name it.
type Held string

// What objects hold.
const (
	WholeRequest Held = "request"
	PathOnly     Held = "path"
)

// RequestTypes are objects that hold what a caller of the service sent. Framework
// contexts hold other things too: of those, the methods in flowRows tell.
var RequestTypes = map[string]Held{
	"net/http.Request": WholeRequest, "github.com/gin-gonic/gin.Context": WholeRequest, "github.com/labstack/echo.Context": WholeRequest,
	"github.com/gofiber/fiber.Ctx": WholeRequest, "github.com/emicklei/go-restful.Request": WholeRequest,
	"github.com/kataras/iris/context.Context": WholeRequest, "github.com/gobuffalo/buffalo.Context": WholeRequest,
	"github.com/valyala/fasthttp.RequestCtx": WholeRequest, "github.com/julienschmidt/httprouter.Params": PathOnly,
	"github.com/cloudwego/hertz/pkg/app.RequestContext": WholeRequest, "github.com/gogf/gf/net/ghttp.Request": WholeRequest,
	"github.com/go-kratos/kratos/transport/http.Context": WholeRequest, "github.com/savsgio/atreugo.RequestCtx": WholeRequest,
	"github.com/beego/beego/server/web/context.Context": WholeRequest, "github.com/beego/beego/server/web.Controller": WholeRequest,
}

// MessageTypes wrap the decoded message of an RPC.
var MessageTypes = map[string]string{"connectrpc.com/connect.Request": "request message", "github.com/bufbuild/connect-go.Request": "request message"}

// RequestResults are functions that find what a caller sent in a context.
var RequestResults = map[string]string{
	"google.golang.org/grpc/metadata.FromIncomingContext":      "gRPC metadata",
	"google.golang.org/grpc/metadata.ValueFromIncomingContext": "gRPC metadata",
	"github.com/go-chi/chi.URLParamFromCtx":                    "path",
	"github.com/go-chi/chi.RouteContext":                       "path",
	"github.com/julienschmidt/httprouter.ParamsFromContext":    "path",
}

// LambdaEvents are the events that carry a request of the outside to a Lambda.
const LambdaEvents = "github.com/aws/aws-lambda-go/events"

// IsLambdaEvent recognises events by which an API's gateway or a balancer hands on what
// a caller sent.
func IsLambdaEvent(name string) bool {
	typ, ok := strings.CutPrefix(name, LambdaEvents+".")
	return ok && (strings.HasPrefix(typ, "APIGateway") || strings.HasPrefix(typ, "LambdaFunctionURL") || strings.HasPrefix(typ, "ALBTarget"))
}

// LambdaRuntime calls the function that it is given with each event.
const LambdaRuntime = "github.com/aws/aws-lambda-go/lambda"

// GraphGophers resolves fields of a schema by reflection.
const GraphGophers = "github.com/graph-gophers/graphql-go"

// ParsesSchema reports whether a function of it is given the value whose methods resolve.
func ParsesSchema(f program.Func) bool { return schemaParsers.Matches(f) }

var schemaParsers = row{"*", "", "ParseSchema|MustParseSchema"}

// StartsLambda are the functions of the runtime that are given a handler.
var StartsLambda = row{"*", "", "Start*|NewHandler*"}

// Libraries for the operator's configuration: what takes a setting out of it, and what hands
// out all of them.
var (
	takesSettings = []string{"github.com/spf13/viper"}
	takers        = row{"*", "*", "Get*|Unmarshal*|UnmarshalKey|UnmarshalExact"}
	handers       = row{"*", "*", "AllSettings"}
)

// TakesSettings reports whether a function takes a setting out of a configuration.
func TakesSettings(f program.Func) bool {
	return slices.Contains(takesSettings, f.Pkg) && takers.Matches(f)
}

// HandsOutSettings reports whether a function hands out a whole configuration.
func HandsOutSettings(f program.Func) bool {
	return slices.Contains(takesSettings, f.Pkg) && handers.Matches(f)
}
