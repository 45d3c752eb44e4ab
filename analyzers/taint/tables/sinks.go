package tables

import (
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// SinkKind is what becomes of a value at a sink.
type SinkKind uint8

// The kinds of sinks.
const (
	Logged   SinkKind = iota + 1 // logs, telemetry, standard output, panics
	Returned                     // responses to a caller of the service
	Sent                         // requests, messages and mail to others
	STS                          // the External ID of an AssumeRole call
	Stored                       // a database
	Kept                         // it becomes an External ID field or parameter
)

// Settles reports whether a value becomes an External ID there.
func (k SinkKind) Settles() bool { return k == STS || k == Kept }

// KindNames are the kinds of sinks as a configuration names them.
var KindNames = map[string]SinkKind{"logged": Logged, "returned": Returned, "sent": Sent}

// SinkName is how a report calls a function: "slog.Info", "(zap.Logger).Info".
func SinkName(n program.Func) string {
	base := n.Pkg[strings.LastIndex(n.Pkg, "/")+1:]
	if version.MatchString("/" + base) {
		parent := strings.TrimSuffix(n.Pkg, "/"+base)
		base = parent[strings.LastIndex(parent, "/")+1:]
	}
	if n.Recv != "" {
		return "(" + base + "." + n.Recv + ")." + n.Name
	}
	return base + "." + n.Name
}

// Writers are types that lead out of the process, by how they do.
var Writers = map[string]SinkKind{
	"net/http.ResponseWriter":                             Returned,
	"github.com/gin-gonic/gin.ResponseWriter":             Returned,
	"github.com/labstack/echo.Response":                   Returned,
	"github.com/go-chi/chi/middleware.WrapResponseWriter": Returned,
	"github.com/valyala/fasthttp.Response":                Returned,
	"github.com/a-h/templ/runtime.Buffer":                 Returned,
	"github.com/valyala/fasthttp.RequestCtx":              Returned,
	"github.com/emicklei/go-restful.Response":             Returned,
	"net/http/httptest.ResponseRecorder":                  0,
	"net.Conn":                                            Sent,
	"io.PipeWriter":                                       0,
}

// Streams are the variables that lead to a terminal or a log.
var Streams = map[string]SinkKind{"os.Stdout": Logged, "os.Stderr": Logged}

// Requesters make outgoing requests.
var Requesters = row{"*", "", "NewRequest|NewRequestWithContext|FromRequest"}

// row describes functions of one package or of several with the same shape. Package
// paths are written without a major version, which changes more often than what
// the functions do.
type row struct {
	pkg   string // "log/slog"; "*" any
	recv  string // "Logger", "Logger|Entry", "" for functions, "*" any
	names string // "Info|Warn*|Error": alternatives, each may end in *
}

// version is a path element that only names a major version.
var version = lazyregexp.New(`/v[0-9]+(/|$)|\.v[0-9]+(/|$)`)

// Unversioned drops major versions from a package path.
func Unversioned(pkg string) string {
	return strings.TrimSuffix(version.ReplaceAllString(pkg, "/"), "/")
}

func (r row) Matches(f program.Func) bool {
	return alternative(r.recv, f.Recv) && alternative(r.names, f.Name)
}

func alternative(patterns, s string) bool {
	if patterns == "*" || patterns == s {
		return true
	}
	for p := range strings.SplitSeq(patterns, "|") {
		if p == s {
			return true
		}
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

// SinkRow is a sink.
type SinkRow struct {
	row
	Kind   SinkKind
	Mode   Mode
	From   int // the first declared argument that leaks
	To     int // the last one, 0 for all from there on, -1 for from alone
	Format int // 1 + the index of a format string, 0 for none
}

// The argument ranges of sinkRow.
const (
	rest = 0
	Only = -1
)

// sinkRows are the sinks of the standard library and of the modules that services
// are built with. The packages' documentation is the source.
var sinkRows = []SinkRow{
	// Logs.
	{row{"log", "", "Print|Println|Fatal|Fatalln|Panic|Panicln"}, Logged, Printed, 0, rest, 0},
	{row{"log", "Logger", "Print|Println|Fatal|Fatalln|Panic|Panicln"}, Logged, Printed, 0, rest, 0},
	{row{"log", "*", "Printf|Fatalf|Panicf"}, Logged, Printed, 0, rest, 1},
	{row{"log", "*", "Output"}, Logged, Printed, 1, rest, 0},
	{row{"log/slog", "*", "Debug*|Info*|Warn*|Error*|Log|LogAttrs|With"}, Logged, Structured, 0, rest, 0},
	{row{"golang.org/x/exp/slog", "*", "Debug*|Info*|Warn*|Error*|Log|LogAttrs|With"}, Logged, Structured, 0, rest, 0},
	{row{"fmt", "", "Print|Println"}, Logged, Printed, 0, rest, 0},
	{row{"fmt", "", "Printf"}, Logged, Printed, 0, rest, 1},
	{row{"go.uber.org/zap", "Logger", "Debug|Info|Warn|Error|DPanic|Panic|Fatal|Log|With|WithLazy"}, Logged, Structured, 0, rest, 0},
	{row{"go.uber.org/zap", "SugaredLogger", "Debug*|Info*|Warn*|Error*|DPanic*|Panic*|Fatal*|Log*|With|WithLazy"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/rs/zerolog", "Event|Context", "Str*|Bytes|Hex|RawJSON*|Err|AnErr|Errs|Interface|Any|Fields|Dict|Object|EmbedObject|Array|Stringer*|Type|Msg|Msgf|Print*"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/rs/zerolog", "Logger", "Print*|UpdateContext"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/rs/zerolog/log", "", "Print*|Err"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/sirupsen/logrus", "*", "Trace*|Debug*|Print*|Info*|Warn*|Error*|Fatal*|Panic*|Log*|WithField|WithFields|WithError"}, Logged, Structured, 0, rest, 0},
	{row{"k8s.io/klog", "*", "Info*|Warning*|Error*|Fatal*|Exit*"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/golang/glog", "*", "Info*|Warning*|Error*|Fatal*|Exit*"}, Logged, Printed, 0, rest, 0},
	{row{"github.com/go-logr/logr", "Logger", "Info|Error|WithValues"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/hashicorp/go-hclog", "*", "Trace|Debug|Info|Warn|Error|Log|With"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/hashicorp/terraform-plugin-log/tflog", "", "Trace|Debug|Info|Warn|Error|SetField"}, Logged, Structured, 1, rest, 0},
	{row{"github.com/go-kit/log", "*", "Log|With|WithPrefix|WithSuffix"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/go-kit/kit/log", "*", "Log|With|WithPrefix|WithSuffix"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/apex/log", "*", "Debug*|Info*|Warn*|Error*|Fatal*|WithField|WithFields|WithError"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/charmbracelet/log", "*", "Debug*|Info*|Warn*|Error*|Fatal*|Print*|Log*|With"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/inconshreveable/log15", "*", "Debug|Info|Warn|Error|Crit|New"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/labstack/gommon/log", "*", "Print*|Debug*|Info*|Warn*|Error*|Fatal*|Panic*"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/gofiber/fiber/log", "*", "Trace*|Debug*|Info*|Warn*|Error*|Fatal*|Panic*"}, Logged, Structured, 0, rest, 0},
	// Telemetry.
	{row{"go.opentelemetry.io/otel/trace", "Span", "SetAttributes|AddEvent|RecordError|SetStatus|SetName"}, Logged, Structured, 0, rest, 0},
	{row{"go.opentelemetry.io/otel/trace", "Tracer", "Start"}, Logged, Structured, 1, rest, 0},
	{row{"go.opentelemetry.io/otel/metric", "*", "Add|Record"}, Logged, Structured, 1, rest, 0},
	{row{"go.opencensus.io/trace", "Span", "AddAttributes|Annotate*|SetStatus"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/opentracing/opentracing-go", "Span", "SetTag|LogKV|LogFields|SetBaggageItem"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/prometheus/client_golang/prometheus", "*", "WithLabelValues|GetMetricWithLabelValues|With|GetMetricWith"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/getsentry/sentry-go", "*", "CaptureMessage|CaptureException|CaptureEvent|SetTag|SetTags|SetExtra|SetExtras|SetContext|SetContexts|SetUser|AddBreadcrumb|SetData"}, Logged, Structured, 0, rest, 0},
	{row{"gopkg.in/DataDog/dd-trace-go/ddtrace", "*", "SetTag|SetBaggageItem"}, Logged, Structured, 0, rest, 0},
	{row{"gopkg.in/DataDog/dd-trace-go/ddtrace/tracer", "*", "SetTag|Tag"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/DataDog/dd-trace-go/ddtrace/tracer", "*", "SetTag|Tag"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/newrelic/go-agent/newrelic", "*", "AddAttribute|NoticeError|AddCustomAttribute|RecordCustomEvent|RecordLog"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/honeycombio/beeline-go", "*", "AddField|AddFieldToTrace"}, Logged, Structured, 0, rest, 0},
	{row{"github.com/honeycombio/libhoney-go", "*", "Add|AddField"}, Logged, Structured, 0, rest, 0},

	{row{"go.opentelemetry.io/otel/baggage", "", "NewMember*|NewKeyValueProperty*"}, Logged, Whole, 1, rest, 0}, // in the headers of requests to others, and in their traces
	{row{"github.com/hashicorp/terraform-plugin-sdk/diag", "", "Errorf"}, Logged, Printed, 0, rest, 1},
	{row{"github.com/hashicorp/terraform-plugin-sdk/diag", "", "FromErr"}, Logged, Printed, 0, rest, 0},
	{row{"github.com/hashicorp/terraform-plugin-framework/diag", "*", "AddError|AddWarning|AddAttributeError|AddAttributeWarning|NewErrorDiagnostic|NewWarningDiagnostic"}, Logged, Whole, 0, rest, 0},

	// Responses.
	{row{"net/http", "", "Error|Redirect"}, Returned, Whole, 1, rest, 0},
	{row{"net/http", "", "SetCookie"}, Returned, Whole, 1, rest, 0},
	{row{"github.com/gin-gonic/gin", "Context", "JSON|IndentedJSON|SecureJSON|JSONP|AsciiJSON|PureJSON|XML|YAML|TOML|ProtoBuf|AbortWithStatusJSON|AbortWithStatusPureJSON|Render|Negotiate|NegotiateFormat"}, Returned, Encoded, 1, rest, 0},
	{row{"github.com/gin-gonic/gin", "Context", "String|HTML|Data|Redirect|Header|SetCookie|AbortWithError|SSEvent"}, Returned, Whole, 0, rest, 0},
	{row{"github.com/labstack/echo", "Context", "JSON|JSONPretty|JSONBlob|JSONP|XML|XMLPretty|XMLBlob|Blob|String|HTML|HTMLBlob|Render|Redirect|Stream"}, Returned, Encoded, 1, rest, 0},
	{row{"github.com/labstack/echo", "", "NewHTTPError"}, Returned, Encoded, 1, rest, 0},
	{row{"github.com/gofiber/fiber", "Ctx", "JSON|JSONP|XML|Send|SendString|SendStream|Write|Writef|WriteString|Set|Append|Redirect|Render|Format|CBOR|Cookie"}, Returned, Encoded, 0, rest, 0},
	{row{"github.com/go-chi/render", "", "JSON|XML|HTML|PlainText|Data|Respond|DefaultResponder|Render|RenderList"}, Returned, Encoded, 2, rest, 0},
	{row{"github.com/unrolled/render", "Render", "JSON|JSONP|XML|HTML|Text|Data"}, Returned, Encoded, 2, rest, 0},
	{row{"github.com/emicklei/go-restful", "Response", "WriteEntity|WriteAsJson|WriteAsXml|WriteJson|WriteHeaderAndEntity|WriteHeaderAndJson|WriteError|WriteErrorString|AddHeader"}, Returned, Encoded, 0, rest, 0},
	{row{"google.golang.org/grpc/status", "", "Error|Errorf|New|Newf"}, Returned, Printed, 1, rest, 2},
	{row{"google.golang.org/grpc", "ServerStream", "SendMsg"}, Returned, Encoded, 0, rest, 0},
	{row{"google.golang.org/grpc", "", "SetHeader|SendHeader|SetTrailer"}, Returned, Whole, 1, rest, 0},
	{row{"connectrpc.com/connect", "", "NewError"}, Returned, Printed, 1, rest, 0},
	{row{"github.com/danielgtaylor/huma", "", "Error*|NewError"}, Returned, Printed, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "RequestCtx", "SetBody*|Write*|Error|Redirect*|Success*"}, Returned, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "Response", "SetBody*|AppendBody*"}, Returned, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "ResponseHeader", "Set*|Add*"}, Returned, Whole, 0, rest, 0},
	{row{"github.com/kataras/iris/context", "Context", "JSON|XML|YAML|WriteString|Writef|HTML|Text|StopWithJSON|StopWithText"}, Returned, Encoded, 0, rest, 0},
	{row{"github.com/gobuffalo/buffalo", "Context", "Render|Error"}, Returned, Encoded, 1, rest, 0},
	{row{"github.com/astaxie/beego", "Controller", "ServeJSON|ServeXML"}, Returned, Encoded, 0, rest, 0},

	// Out of the house.
	{row{"net/http", "", "Get|Head|Post|PostForm"}, Sent, Whole, 0, rest, 0},
	{row{"net/http", "Client", "Get|Head|Post|PostForm"}, Sent, Whole, 0, rest, 0},
	{row{"net/http", "", "NewRequest"}, Sent, Whole, 1, rest, 0},
	{row{"net/http", "", "NewRequestWithContext"}, Sent, Whole, 2, rest, 0},
	{row{"github.com/go-resty/resty", "Request", "SetBody|SetQueryParam*|SetQueryString|SetHeader*|SetFormData*|SetPathParam*|SetRawPathParam*|SetAuthToken|Get|Post|Put|Patch|Delete|Execute"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/hashicorp/go-retryablehttp", "*", "Get|Head|Post|PostForm|NewRequest|NewRequestWithContext"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "Request", "SetBody*|SetRequestURI*|AppendBody*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "URI", "SetQueryString*|SetPath*|Update*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "RequestHeader", "Set*|Add*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "", "Get*|Post*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/imroc/req", "Request", "SetBody*|SetQueryParam*|SetHeader*|SetFormData*|SetPathParam*"}, Sent, Encoded, 0, rest, 0},
	{row{"net/smtp", "", "SendMail"}, Sent, Whole, 4, Only, 0},
	{row{"gopkg.in/gomail", "Message", "SetBody|AddAlternative|SetHeader"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/sendgrid/sendgrid-go", "*", "Send*"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/sendgrid/sendgrid-go/helpers/mail", "*", "NewSingleEmail*|NewContent"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/slack-go/slack", "*", "PostWebhook*|PostMessage*|PostEphemeral*|UpdateMessage*|ScheduleMessage*|SendMessage*|UploadFile*"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/nats-io/nats.go", "*", "PublishMsg*|RequestMsg*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/nats-io/nats.go", "Conn|EncodedConn|JetStreamContext|JetStream", "Publish*|Request*"}, Sent, Whole, 1, rest, 0},
	{row{"github.com/rabbitmq/amqp091-go", "Channel", "Publish*"}, Sent, Whole, 1, rest, 0},
	{row{"github.com/streadway/amqp", "Channel", "Publish*"}, Sent, Whole, 1, rest, 0},
	{row{"github.com/segmentio/kafka-go", "Writer", "WriteMessages"}, Sent, Whole, 1, rest, 0},
	{row{"github.com/IBM/sarama", "SyncProducer", "SendMessage*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/Shopify/sarama", "SyncProducer", "SendMessage*"}, Sent, Whole, 0, rest, 0},
	{row{"github.com/confluentinc/confluent-kafka-go/kafka", "Producer", "Produce"}, Sent, Whole, 0, rest, 0},
	{row{"cloud.google.com/go/pubsub", "Topic", "Publish"}, Sent, Whole, 1, rest, 0},
	{row{"gopkg.in/segmentio/analytics-go", "*", "Enqueue"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/segmentio/analytics-go", "*", "Enqueue"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/rudderlabs/analytics-go", "*", "Enqueue"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/posthog/posthog-go", "*", "Enqueue"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/amplitude/analytics-go/amplitude", "*", "Track|Identify|GroupIdentify"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/mixpanel/mixpanel-go", "*", "Track|Import|PeopleSet*|NewEvent"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/dukex/mixpanel", "*", "Track|Import|Update*"}, Sent, Encoded, 0, rest, 0},
	{row{"github.com/gorilla/websocket", "Conn", "WriteJSON|WriteMessage"}, Returned, Encoded, 0, rest, 0},
	{row{"github.com/coder/websocket/wsjson", "", "Write"}, Returned, Encoded, 2, rest, 0},
	{row{"github.com/coder/websocket", "Conn", "Write"}, Returned, Encoded, 2, rest, 0},

	// Into a store: not a leak, but what a caller chose is kept there.
	{row{"database/sql", "DB|Tx|Conn|Stmt", "Exec*"}, Stored, Whole, 0, rest, 0},
	{row{"github.com/jmoiron/sqlx", "*", "NamedExec*|Exec*|MustExec*|NamedQuery*"}, Stored, Whole, 0, rest, 0},
	{row{"github.com/jackc/pgx", "*", "Exec*"}, Stored, Whole, 1, rest, 0},
	{row{"gorm.io/gorm", "DB", "Create*|Save|Update*|Updates|FirstOrCreate|Assign"}, Stored, Whole, 0, rest, 0},
	{row{"go.mongodb.org/mongo-driver/mongo", "Collection", "Insert*|Update*|Replace*|FindOneAndUpdate|FindOneAndReplace"}, Stored, Whole, 1, rest, 0},
	{row{"github.com/aws/aws-sdk-go-v2/service/dynamodb", "Client", "PutItem|UpdateItem"}, Stored, Whole, 1, rest, 0},
	{row{"github.com/aws/aws-sdk-go-v2/service/sqs", "Client", "SendMessage*"}, Stored, Whole, 1, rest, 0}, // the house's own queue: what is read from it is trusted
	{row{"github.com/aws/aws-sdk-go/service/sqs", "SQS", "SendMessage*"}, Stored, Whole, 0, rest, 0},
	{row{"github.com/uptrace/bun", "*", "Model|Set|Value"}, Stored, Whole, 0, rest, 0},
	{row{"github.com/redis/go-redis", "*", "Set|HSet|SetEx"}, Stored, Whole, 1, rest, 0},
}

// Channels are methods whose result is a channel that leads out.
var Channels = map[string]SinkKind{
	"github.com/IBM/sarama.AsyncProducer.Input": Sent, "github.com/Shopify/sarama.AsyncProducer.Input": Sent,
	"github.com/confluentinc/confluent-kafka-go/kafka.Producer.ProduceChannel": Sent,
}

// byPackage finds the rows of a package without going through the table.
func byPackage[T any](rows []T, pkg func(T) string) map[string][]T {
	m := map[string][]T{}
	for _, r := range rows {
		m[pkg(r)] = append(m[pkg(r)], r)
	}
	return m
}

var sinkIndex = byPackage(sinkRows, func(r SinkRow) string { return r.pkg })

// IsTableSink finds a function among the sinks.
func IsTableSink(f program.Func) (SinkRow, bool) {
	for _, r := range sinkIndex[Unversioned(f.Pkg)] {
		if r.Matches(f) {
			return r, true
		}
	}
	return SinkRow{}, false
}

// levels are the methods by which a logger is known, whoever wrote it.
var levels = row{"*", "*", "Trace|Tracef|Tracew|Debug|Debugf|Debugw|Debugln|DebugContext|Info|Infof|Infow|Infoln|InfoContext|Warn|Warnf|Warnw|Warnln|WarnContext|Warning|Warningf|Error|Errorf|Errorw|Errorln|ErrorContext|Fatal|Fatalf|Fatalln|Panic|Panicf|Print|Printf|Println|Log|Logf|WithField|WithFields|WithValues"}

// LooksLikeLogger recognises a logger of the project's own, or its interface, whose
// body is out of sight: by the type's or package's name and the method's.
func LooksLikeLogger(f program.Func) bool {
	if program.IsStd(f.Pkg) && !strings.Contains(strings.ToLower(f.Pkg), "log") || f.Pkg == "testing" || !levels.Matches(f) {
		return false
	}
	base := f.Pkg[strings.LastIndex(f.Pkg, "/")+1:]
	return isLoggerName(f.Recv) || f.Recv == "" && isLoggerName(base)
}

func isLoggerName(s string) bool {
	s = strings.ToLower(s)
	return s == "log" || strings.HasSuffix(s, "logger") || strings.HasSuffix(s, "logging") || strings.HasSuffix(s, "log") ||
		strings.HasPrefix(s, "log") && !strings.HasPrefix(s, "login") && !strings.HasPrefix(s, "logic") && !strings.HasPrefix(s, "logo")
}
