// Package telemetry is how skywatch speaks about itself: logs, spans and counters.
package telemetry

import (
	"context"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

// Logger is what the rest of the service logs with.
type Logger interface {
	Debug(ctx context.Context, msg string, fields map[string]any)
	Info(ctx context.Context, msg string, fields map[string]any)
	Error(ctx context.Context, msg string, err error, fields map[string]any)
}

// zapLogger carries fields to zap, with the trace beside them.
type zapLogger struct{ z *zap.Logger }

// NewLogger logs to zap.
func NewLogger(z *zap.Logger) Logger { return &zapLogger{z} }

func (l *zapLogger) fields(ctx context.Context, fields map[string]any) []zap.Field {
	out := make([]zap.Field, 0, len(fields)+1)
	for k, v := range fields {
		out = append(out, zap.Any(k, v))
	}
	if sc := trace.SpanContextFromContext(ctx); sc.HasTraceID() {
		out = append(out, zap.String("trace_id", sc.TraceID().String()))
	}
	return out
}

func (l *zapLogger) Debug(ctx context.Context, msg string, fields map[string]any) {
	l.z.Debug(msg, l.fields(ctx, fields)...)
}

func (l *zapLogger) Info(ctx context.Context, msg string, fields map[string]any) {
	l.z.Info(msg, l.fields(ctx, fields)...)
}

func (l *zapLogger) Error(ctx context.Context, msg string, err error, fields map[string]any) {
	l.z.Error(msg, append(l.fields(ctx, fields), zap.Error(err))...)
}

// Plain is slog for the parts that start before zap does.
func Plain() *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

var tracer = otel.Tracer("example.com/skywatch")

// Span starts a span.
func Span(ctx context.Context, name string, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	return tracer.Start(ctx, name, trace.WithAttributes(attrs...))
}

// Assumed counts AssumeRole calls.
var Assumed = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "skywatch_assumed_total"}, []string{"account", "outcome"})

// Onboarded counts connections.
var Onboarded = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "skywatch_onboarded_total"}, []string{"plan", "source"})

func init() { prometheus.MustRegister(Assumed, Onboarded) }
