// Package telemetry has traces, metrics and error reports say too much.
package telemetry

import (
	"context"
	"errors"
	"fmt"

	"github.com/getsentry/sentry-go"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"example.com/samples/model"
)

func spans(ctx context.Context, t trace.Tracer, in model.Link) {
	ctx, span := t.Start(ctx, "connect", trace.WithAttributes(attribute.String("xid", in.ExternalID))) // planted: idlogged
	defer span.End()
	span.SetAttributes(attribute.String("role", in.RoleARN))                                  // decoy: the role
	span.AddEvent("assume", trace.WithAttributes(attribute.Key("xid").String(in.ExternalID))) // planted: idlogged
	span.RecordError(fmt.Errorf("cannot use %s", in.ExternalID))                              // planted: idlogged
	span.RecordError(errors.New("no External ID"))                                            // decoy: none in it
	_ = ctx
}

func counters(ctx context.Context, c metric.Int64Counter, v *prometheus.CounterVec, in model.Link) {
	c.Add(ctx, 1, metric.WithAttributes(attribute.String("xid", in.ExternalID))) // planted: idlogged
	c.Add(ctx, int64(len(in.ExternalID)))                                        // decoy: its length
	v.WithLabelValues(in.ID, in.ExternalID).Inc()                                // planted: idlogged
	v.With(prometheus.Labels{"xid": in.ExternalID}).Inc()                        // planted: idlogged
	v.WithLabelValues(in.ID, in.RoleARN).Inc()                                   // decoy: the role
}

func reports(in model.Link) {
	sentry.CaptureMessage("cannot use " + in.ExternalID)         // planted: idlogged
	sentry.CaptureException(fmt.Errorf("assume %s", in.RoleARN)) // decoy: the role
	sentry.ConfigureScope(func(s *sentry.Scope) {
		s.SetTag("xid", in.ExternalID)                   // planted: idlogged
		s.SetTag("role", in.RoleARN)                     // decoy: the role
		s.SetContext("link", sentry.Context{"link": in}) // planted: idlogged
	})
}
