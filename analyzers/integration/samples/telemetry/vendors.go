package telemetry

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/opentracing/opentracing-go"
	opencensus "go.opencensus.io/trace"
	"gopkg.in/DataDog/dd-trace-go.v1/ddtrace"
	"gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer"

	"example.com/samples/model"
)

func datadog(ctx context.Context, in model.Link) {
	span, ctx := tracer.StartSpanFromContext(ctx, "connect", tracer.Tag("xid", in.ExternalID)) // planted: idlogged
	defer span.Finish()
	span.SetTag("xid", in.ExternalID)             // planted: idlogged
	span.SetTag("role", in.RoleARN)               // decoy: the role
	span.SetTag("xid", model.Mask(in.ExternalID)) // decoy: masked
	tag(span, in)
	_ = ctx
}

func tag(span ddtrace.Span, in model.Link) {
	span.SetBaggageItem("xid", in.ExternalID) // planted: idlogged
	span.SetBaggageItem("id", in.ID)          // decoy: its own ID
}

func opentrace(span opentracing.Span, in model.Link) {
	span.SetTag("xid", in.ExternalID)         // planted: idlogged
	span.LogKV("link", in)                    // planted: idlogged
	span.LogKV("role", in.RoleARN)            // decoy: the role
	span.SetTag("known", in.ExternalID != "") // decoy: whether there is one
}

func census(span *opencensus.Span, in model.Link) {
	span.AddAttributes(opencensus.StringAttribute("xid", in.ExternalID)) // planted: idlogged
	span.AddAttributes(opencensus.StringAttribute("role", in.RoleARN))   // decoy: the role
	span.Annotate(nil, "assume with "+in.ExternalID)                     // planted: idlogged
}

func terraform(ctx context.Context, in model.Link) {
	tflog.Debug(ctx, "assume", map[string]any{"xid": in.ExternalID}) // planted: idlogged
	tflog.Debug(ctx, "assume", map[string]any{"role": in.RoleARN})   // decoy: the role
	ctx = tflog.SetField(ctx, "xid", in.ExternalID)                  // planted: idlogged
	tflog.Info(ctx, "assumed")                                       // decoy: what the field holds was reported above
}
