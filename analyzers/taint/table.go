package taint

import (
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// row describes functions of one package or of several with the same shape. Package
// paths are written without a major version, which changes more often than what
// the functions do.
type row struct {
	pkg   string // "log/slog"; "*" any
	recv  string // "Logger", "Logger|Entry", "" for functions, "*" any
	names string // "Info|Warn*|Error": alternatives, each may end in *
}

// version is a path element that only names a major version.
var version = regexp.MustCompile(`/v[0-9]+(/|$)|\.v[0-9]+(/|$)`)

// unversioned drops major versions from a package path.
func unversioned(pkg string) string {
	return strings.TrimSuffix(version.ReplaceAllString(pkg, "/"), "/")
}

func (r row) matches(f program.Func) bool {
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

// sinkRow is a sink.
type sinkRow struct {
	row
	kind   SinkKind
	mode   mode
	from   int // the first declared argument that leaks
	to     int // the last one, 0 for all from there on, -1 for from alone
	format int // 1 + the index of a format string, 0 for none
}

// The argument ranges of sinkRow.
const (
	rest = 0
	only = -1
)

// sinkRows are the sinks of the standard library and of the modules that services
// are built with. The packages' documentation is the source.
var sinkRows = []sinkRow{
	// Logs.
	{row{"log", "", "Print|Println|Fatal|Fatalln|Panic|Panicln"}, Logged, printed, 0, rest, 0},
	{row{"log", "Logger", "Print|Println|Fatal|Fatalln|Panic|Panicln"}, Logged, printed, 0, rest, 0},
	{row{"log", "*", "Printf|Fatalf|Panicf"}, Logged, printed, 0, rest, 1},
	{row{"log", "*", "Output"}, Logged, printed, 1, rest, 0},
	{row{"log/slog", "*", "Debug*|Info*|Warn*|Error*|Log|LogAttrs|With"}, Logged, logged, 0, rest, 0},
	{row{"golang.org/x/exp/slog", "*", "Debug*|Info*|Warn*|Error*|Log|LogAttrs|With"}, Logged, logged, 0, rest, 0},
	{row{"fmt", "", "Print|Println"}, Logged, printed, 0, rest, 0},
	{row{"fmt", "", "Printf"}, Logged, printed, 0, rest, 1},
	{row{"go.uber.org/zap", "Logger", "Debug|Info|Warn|Error|DPanic|Panic|Fatal|Log|With|WithLazy"}, Logged, logged, 0, rest, 0},
	{row{"go.uber.org/zap", "SugaredLogger", "Debug*|Info*|Warn*|Error*|DPanic*|Panic*|Fatal*|Log*|With|WithLazy"}, Logged, logged, 0, rest, 0},
	{row{"github.com/rs/zerolog", "Event|Context", "Str*|Bytes|Hex|RawJSON*|Err|AnErr|Errs|Interface|Any|Fields|Dict|Object|EmbedObject|Array|Stringer*|Type|Msg|Msgf|Print*"}, Logged, logged, 0, rest, 0},
	{row{"github.com/rs/zerolog", "Logger", "Print*|UpdateContext"}, Logged, logged, 0, rest, 0},
	{row{"github.com/rs/zerolog/log", "", "Print*|Err"}, Logged, logged, 0, rest, 0},
	{row{"github.com/sirupsen/logrus", "*", "Trace*|Debug*|Print*|Info*|Warn*|Error*|Fatal*|Panic*|Log*|WithField|WithFields|WithError"}, Logged, logged, 0, rest, 0},
	{row{"k8s.io/klog", "*", "Info*|Warning*|Error*|Fatal*|Exit*"}, Logged, logged, 0, rest, 0},
	{row{"github.com/golang/glog", "*", "Info*|Warning*|Error*|Fatal*|Exit*"}, Logged, printed, 0, rest, 0},
	{row{"github.com/go-logr/logr", "Logger", "Info|Error|WithValues"}, Logged, logged, 0, rest, 0},
	{row{"github.com/hashicorp/go-hclog", "*", "Trace|Debug|Info|Warn|Error|Log|With"}, Logged, logged, 0, rest, 0},
	{row{"github.com/hashicorp/terraform-plugin-log/tflog", "", "Trace|Debug|Info|Warn|Error|SetField"}, Logged, logged, 1, rest, 0},
	{row{"github.com/go-kit/log", "*", "Log|With|WithPrefix|WithSuffix"}, Logged, logged, 0, rest, 0},
	{row{"github.com/go-kit/kit/log", "*", "Log|With|WithPrefix|WithSuffix"}, Logged, logged, 0, rest, 0},
	{row{"github.com/apex/log", "*", "Debug*|Info*|Warn*|Error*|Fatal*|WithField|WithFields|WithError"}, Logged, logged, 0, rest, 0},
	{row{"github.com/charmbracelet/log", "*", "Debug*|Info*|Warn*|Error*|Fatal*|Print*|Log*|With"}, Logged, logged, 0, rest, 0},
	{row{"github.com/inconshreveable/log15", "*", "Debug|Info|Warn|Error|Crit|New"}, Logged, logged, 0, rest, 0},
	{row{"github.com/labstack/gommon/log", "*", "Print*|Debug*|Info*|Warn*|Error*|Fatal*|Panic*"}, Logged, logged, 0, rest, 0},
	{row{"github.com/gofiber/fiber/log", "*", "Trace*|Debug*|Info*|Warn*|Error*|Fatal*|Panic*"}, Logged, logged, 0, rest, 0},
	// Telemetry.
	{row{"go.opentelemetry.io/otel/trace", "Span", "SetAttributes|AddEvent|RecordError|SetStatus|SetName"}, Logged, logged, 0, rest, 0},
	{row{"go.opentelemetry.io/otel/trace", "Tracer", "Start"}, Logged, logged, 1, rest, 0},
	{row{"go.opentelemetry.io/otel/metric", "*", "Add|Record"}, Logged, logged, 1, rest, 0},
	{row{"go.opencensus.io/trace", "Span", "AddAttributes|Annotate*|SetStatus"}, Logged, logged, 0, rest, 0},
	{row{"github.com/opentracing/opentracing-go", "Span", "SetTag|LogKV|LogFields|SetBaggageItem"}, Logged, logged, 0, rest, 0},
	{row{"github.com/prometheus/client_golang/prometheus", "*", "WithLabelValues|GetMetricWithLabelValues|With|GetMetricWith"}, Logged, logged, 0, rest, 0},
	{row{"github.com/getsentry/sentry-go", "*", "CaptureMessage|CaptureException|CaptureEvent|SetTag|SetTags|SetExtra|SetExtras|SetContext|SetContexts|SetUser|AddBreadcrumb|SetData"}, Logged, logged, 0, rest, 0},
	{row{"gopkg.in/DataDog/dd-trace-go/ddtrace", "*", "SetTag|SetBaggageItem"}, Logged, logged, 0, rest, 0},
	{row{"gopkg.in/DataDog/dd-trace-go/ddtrace/tracer", "*", "SetTag|Tag"}, Logged, logged, 0, rest, 0},
	{row{"github.com/DataDog/dd-trace-go/ddtrace/tracer", "*", "SetTag|Tag"}, Logged, logged, 0, rest, 0},
	{row{"github.com/newrelic/go-agent/newrelic", "*", "AddAttribute|NoticeError|AddCustomAttribute|RecordCustomEvent|RecordLog"}, Logged, logged, 0, rest, 0},
	{row{"github.com/honeycombio/beeline-go", "*", "AddField|AddFieldToTrace"}, Logged, logged, 0, rest, 0},
	{row{"github.com/honeycombio/libhoney-go", "*", "Add|AddField"}, Logged, logged, 0, rest, 0},

	// Responses.
	{row{"net/http", "", "Error|Redirect"}, Returned, whole, 1, rest, 0},
	{row{"net/http", "", "SetCookie"}, Returned, whole, 1, rest, 0},
	{row{"github.com/gin-gonic/gin", "Context", "JSON|IndentedJSON|SecureJSON|JSONP|AsciiJSON|PureJSON|XML|YAML|TOML|ProtoBuf|AbortWithStatusJSON|AbortWithStatusPureJSON|Render|Negotiate|NegotiateFormat"}, Returned, encoded, 1, rest, 0},
	{row{"github.com/gin-gonic/gin", "Context", "String|HTML|Data|Redirect|Header|SetCookie|AbortWithError|SSEvent"}, Returned, whole, 0, rest, 0},
	{row{"github.com/labstack/echo", "Context", "JSON|JSONPretty|JSONBlob|JSONP|XML|XMLPretty|XMLBlob|Blob|String|HTML|HTMLBlob|Render|Redirect|Stream"}, Returned, encoded, 1, rest, 0},
	{row{"github.com/labstack/echo", "", "NewHTTPError"}, Returned, encoded, 1, rest, 0},
	{row{"github.com/gofiber/fiber", "Ctx", "JSON|JSONP|XML|Send|SendString|SendStream|Write|Writef|WriteString|Set|Append|Redirect|Render|Format|CBOR|Cookie"}, Returned, encoded, 0, rest, 0},
	{row{"github.com/go-chi/render", "", "JSON|XML|HTML|PlainText|Data|Respond|DefaultResponder|Render|RenderList"}, Returned, encoded, 2, rest, 0},
	{row{"github.com/unrolled/render", "Render", "JSON|JSONP|XML|HTML|Text|Data"}, Returned, encoded, 2, rest, 0},
	{row{"github.com/emicklei/go-restful", "Response", "WriteEntity|WriteAsJson|WriteAsXml|WriteJson|WriteHeaderAndEntity|WriteHeaderAndJson|WriteError|WriteErrorString|AddHeader"}, Returned, encoded, 0, rest, 0},
	{row{"google.golang.org/grpc/status", "", "Error|Errorf|New|Newf"}, Returned, printed, 1, rest, 2},
	{row{"google.golang.org/grpc", "ServerStream", "SendMsg"}, Returned, encoded, 0, rest, 0},
	{row{"google.golang.org/grpc", "", "SetHeader|SendHeader|SetTrailer"}, Returned, whole, 1, rest, 0},
	{row{"connectrpc.com/connect", "", "NewError"}, Returned, printed, 1, rest, 0},
	{row{"github.com/danielgtaylor/huma", "", "Error*|NewError"}, Returned, printed, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "RequestCtx", "SetBody*|Write*|Error|Redirect*|Success*"}, Returned, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "Response", "SetBody*|AppendBody*"}, Returned, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "ResponseHeader", "Set*|Add*"}, Returned, whole, 0, rest, 0},
	{row{"github.com/kataras/iris/context", "Context", "JSON|XML|YAML|WriteString|Writef|HTML|Text|StopWithJSON|StopWithText"}, Returned, encoded, 0, rest, 0},
	{row{"github.com/gobuffalo/buffalo", "Context", "Render|Error"}, Returned, encoded, 1, rest, 0},
	{row{"github.com/astaxie/beego", "Controller", "ServeJSON|ServeXML"}, Returned, encoded, 0, rest, 0},

	// Out of the house.
	{row{"net/http", "", "Get|Head|Post|PostForm"}, Sent, whole, 0, rest, 0},
	{row{"net/http", "Client", "Get|Head|Post|PostForm"}, Sent, whole, 0, rest, 0},
	{row{"net/http", "", "NewRequest"}, Sent, whole, 1, rest, 0},
	{row{"net/http", "", "NewRequestWithContext"}, Sent, whole, 2, rest, 0},
	{row{"github.com/go-resty/resty", "Request", "SetBody|SetQueryParam*|SetQueryString|SetHeader*|SetFormData*|SetPathParam*|SetRawPathParam*|SetAuthToken|Get|Post|Put|Patch|Delete|Execute"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/hashicorp/go-retryablehttp", "*", "Get|Head|Post|PostForm|NewRequest|NewRequestWithContext"}, Sent, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "Request", "SetBody*|SetRequestURI*|AppendBody*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "URI", "SetQueryString*|SetPath*|Update*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "RequestHeader", "Set*|Add*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/valyala/fasthttp", "", "Get*|Post*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/imroc/req", "Request", "SetBody*|SetQueryParam*|SetHeader*|SetFormData*|SetPathParam*"}, Sent, encoded, 0, rest, 0},
	{row{"net/smtp", "", "SendMail"}, Sent, whole, 4, only, 0},
	{row{"gopkg.in/gomail", "Message", "SetBody|AddAlternative|SetHeader"}, Sent, whole, 0, rest, 0},
	{row{"github.com/sendgrid/sendgrid-go", "*", "Send*"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/sendgrid/sendgrid-go/helpers/mail", "*", "NewSingleEmail*|NewContent"}, Sent, whole, 0, rest, 0},
	{row{"github.com/slack-go/slack", "*", "PostWebhook*|PostMessage*|PostEphemeral*|UpdateMessage*|ScheduleMessage*|SendMessage*|UploadFile*"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/nats-io/nats.go", "*", "PublishMsg*|RequestMsg*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/nats-io/nats.go", "Conn|EncodedConn|JetStreamContext|JetStream", "Publish*|Request*"}, Sent, whole, 1, rest, 0},
	{row{"github.com/rabbitmq/amqp091-go", "Channel", "Publish*"}, Sent, whole, 1, rest, 0},
	{row{"github.com/streadway/amqp", "Channel", "Publish*"}, Sent, whole, 1, rest, 0},
	{row{"github.com/segmentio/kafka-go", "Writer", "WriteMessages"}, Sent, whole, 1, rest, 0},
	{row{"github.com/IBM/sarama", "SyncProducer", "SendMessage*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/Shopify/sarama", "SyncProducer", "SendMessage*"}, Sent, whole, 0, rest, 0},
	{row{"github.com/confluentinc/confluent-kafka-go/kafka", "Producer", "Produce"}, Sent, whole, 0, rest, 0},
	{row{"cloud.google.com/go/pubsub", "Topic", "Publish"}, Sent, whole, 1, rest, 0},
	{row{"gopkg.in/segmentio/analytics-go", "*", "Enqueue"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/segmentio/analytics-go", "*", "Enqueue"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/rudderlabs/analytics-go", "*", "Enqueue"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/posthog/posthog-go", "*", "Enqueue"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/amplitude/analytics-go/amplitude", "*", "Track|Identify|GroupIdentify"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/mixpanel/mixpanel-go", "*", "Track|Import|PeopleSet*|NewEvent"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/dukex/mixpanel", "*", "Track|Import|Update*"}, Sent, encoded, 0, rest, 0},
	{row{"github.com/gorilla/websocket", "Conn", "WriteJSON|WriteMessage"}, Returned, encoded, 0, rest, 0},

	// Into a store: not a leak, but what a caller chose is kept there.
	{row{"database/sql", "DB|Tx|Conn|Stmt", "Exec*"}, Stored, whole, 0, rest, 0},
	{row{"github.com/jmoiron/sqlx", "*", "NamedExec*|Exec*|MustExec*|NamedQuery*"}, Stored, whole, 0, rest, 0},
	{row{"github.com/jackc/pgx", "*", "Exec*"}, Stored, whole, 1, rest, 0},
	{row{"gorm.io/gorm", "DB", "Create*|Save|Update*|Updates|FirstOrCreate|Assign"}, Stored, whole, 0, rest, 0},
	{row{"go.mongodb.org/mongo-driver/mongo", "Collection", "Insert*|Update*|Replace*|FindOneAndUpdate|FindOneAndReplace"}, Stored, whole, 1, rest, 0},
	{row{"github.com/aws/aws-sdk-go-v2/service/dynamodb", "Client", "PutItem|UpdateItem"}, Stored, whole, 1, rest, 0},
	{row{"github.com/uptrace/bun", "*", "Model|Set|Value"}, Stored, whole, 0, rest, 0},
	{row{"github.com/redis/go-redis", "*", "Set|HSet|SetEx"}, Stored, whole, 1, rest, 0},
}

// channels are methods whose result is a channel that leads out.
var channels = map[string]SinkKind{
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

var sinkIndex = byPackage(sinkRows, func(r sinkRow) string { return r.pkg })

// LogPackages are the packages whose functions log.
func isTableSink(f program.Func) (sinkRow, bool) {
	for _, r := range sinkIndex[unversioned(f.Pkg)] {
		if r.matches(f) {
			return r, true
		}
	}
	return sinkRow{}, false
}

// levels are the methods by which a logger is known, whoever wrote it.
var levels = row{"*", "*", "Trace|Tracef|Tracew|Debug|Debugf|Debugw|Debugln|DebugContext|Info|Infof|Infow|Infoln|InfoContext|Warn|Warnf|Warnw|Warnln|WarnContext|Warning|Warningf|Error|Errorf|Errorw|Errorln|ErrorContext|Fatal|Fatalf|Fatalln|Panic|Panicf|Print|Printf|Println|Log|Logf|WithField|WithFields|WithValues"}

// looksLikeLogger recognises a logger of the project's own, or its interface, whose
// body is out of sight: by the type's or package's name and the method's.
func looksLikeLogger(f program.Func) bool {
	if program.IsStd(f.Pkg) && !strings.Contains(strings.ToLower(f.Pkg), "log") || f.Pkg == "testing" || !levels.matches(f) {
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

// verbs maps the arguments of a constant format to whether they are shown.
func shownArgs(format ssa.Value, n int) []bool {
	shown := make([]bool, n)
	for i := range shown {
		shown[i] = true
	}
	s, ok := constString(format)
	if !ok || strings.Contains(s, "%[") || strings.Contains(s, "*") {
		return shown
	}
	arg := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		for i++; i < len(s) && strings.IndexByte("+-# 0123456789.", s[i]) >= 0; i++ {
		}
		if i >= len(s) || s[i] == '%' {
			continue
		}
		if arg < n && strings.IndexByte("Tpt", s[i]) >= 0 {
			shown[arg] = false
		}
		arg++
	}
	return shown
}
