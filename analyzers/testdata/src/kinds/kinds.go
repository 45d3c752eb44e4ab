// Package kinds shows shapes that leaks have in real services, and what looks like
// them and is none.
package kinds

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"reflect"
	"strings"

	"text/template"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"kinds/logging"
	"kinds/mask"
)

type integration struct {
	ID         string `json:"id"`
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id"`
}

func multiLineDebug(l *zap.Logger, in integration) {
	l.Debug("assuming role", // want `External ID logged`
		zap.String("role", in.RoleARN),
		zap.Any("external_id", in.ExternalID),
	)
	l.Debug("assuming role",
		zap.String("role", in.RoleARN),
	)
}

func grouped(l *slog.Logger, in integration) {
	l.Info("x", slog.Group("aws", slog.String("role", in.RoleARN), slog.String("xid", in.ExternalID))) // want `External ID logged`
	l.LogAttrs(context.Background(), slog.LevelInfo, "x", slog.Any("in", in))                          // want `External ID logged`
	l.With("xid", in.ExternalID).Info("x")                                                             // want `External ID logged`
	l.Info("x", slog.Group("aws", slog.String("role", in.RoleARN)))
}

func ownLogger(in integration) {
	logging.Info("connect", map[string]any{"role": in.RoleARN, "external_id": in.ExternalID}) // want `External ID logged`
	logging.Info("connect", map[string]any{"role": in.RoleARN, "has_external_id": in.ExternalID != ""})
}

// Logger is implemented somewhere else.
type Logger interface {
	Infow(msg string, kv ...any)
	Len(s string) int
}

func loggerInterface(l Logger, in integration) {
	l.Infow("connect", "external_id", in.ExternalID) // want `External ID logged`
	l.Infow("connect", "external_id is set for", in.ID)
	l.Len(in.ExternalID)
}

func span(s trace.Span, in integration) {
	s.SetAttributes(attribute.String("aws.external_id", in.ExternalID)) // want `External ID logged`
	s.SetAttributes(attribute.Key("x").String(in.ExternalID))           // want `External ID logged`
	s.SetAttributes(attribute.String("aws.role", in.RoleARN))
	s.RecordError(errors.New("no external_id"))
}

func sevenStrings(a, roleARN, externalID, b, c, d, e string) {
	log.Println(a, roleARN, b, c, d, e)
	log.Println(externalID) // want `External ID logged`
}

// organization has an external ID of somebody's directory.
type organization struct {
	Name       string `json:"name"`
	ExternalID string `json:"external_id"`
}

func otherMeanings(o organization, externalId string) {
	log.Printf("organization %s has external_id %s", o.Name, o.ExternalID)
	externalId = uuid.NewString()
	slog.Info("created", "external_id", externalId)
	log.Printf("%+v", o)
}

// account has both: the External ID of AWS and its number at the bank.
type account struct {
	AWSExternalID string
	RoleARN       string
	ExternalID    string
}

func twoMeanings(a account) {
	log.Println(a.ExternalID)
	log.Println(a.AWSExternalID) // want `External ID logged`
}

func encrypt(b []byte) []byte { return append([]byte{}, b...) }

func sealed(in integration) {
	b, _ := json.Marshal(in)
	log.Printf("%x", encrypt(b))
}

var cache = map[string]integration{}

func cacheKey(in integration) {
	cache[in.ExternalID] = in
	log.Println(len(cache))
}

// hide blanks every string field that the tag names, by reflection.
func hide(v any) any {
	out := reflect.New(reflect.TypeOf(v)).Elem()
	out.Set(reflect.ValueOf(v))
	for i := range out.NumField() {
		if strings.Contains(string(out.Type().Field(i).Tag), "external") {
			out.Field(i).SetString("")
		}
	}
	return out.Interface()
}

func masksByReflection(in integration) {
	log.Println(hide(in))
}

func inErrors(in integration) error {
	return errors.New("assume " + in.RoleARN + " with " + in.ExternalID)
}

func errorsCountWhereTheyAreLogged(in integration) error {
	if err := inErrors(in); err != nil {
		log.Println(err) // want `External ID logged`
		return err
	}
	return nil
}

// link names itself without what is secret in it.
type link struct{ ID, RoleARN, ExternalID string }

func (l link) String() string { return "link " + l.ID + " to " + l.RoleARN }

// spelled names itself with everything.
type spelled struct{ ID, RoleARN, ExternalID string }

func (s *spelled) String() string { return s.ID + " " + s.ExternalID }

func showsWhatItSays(l link, s *spelled, all []link) {
	log.Printf("%s", l)
	log.Println(all)
	log.Println(s)             // want `External ID logged`
	log.Println(l.ExternalID)  // want `External ID logged`
	log.Printf("%s", []any{s}) // want `External ID logged`
}

func masksOfAnotherPackage(l link) {
	log.Println(mask.Text(l.ExternalID))
	log.Println(mask.Quote(l.ExternalID)) // want `External ID logged`
}

var (
	short = template.Must(template.New("short").Parse("{{.ID}} {{.RoleARN}}"))
	long  = template.Must(template.New("long").Parse("{{.ID}} {{.RoleARN}} {{.Word}}"))
)

// page has a field that no template names, and one that one does.
type page struct{ ID, RoleARN, AWSExternalID, Word string }

func templates(l link, w *strings.Builder) {
	if short.Execute(w, page{AWSExternalID: l.ExternalID}) == nil && long.Execute(w, l) == nil {
		log.Println(w)
	}
	var loud strings.Builder
	if long.Execute(&loud, page{Word: l.ExternalID}) == nil {
		log.Println(loud.String()) // want `External ID logged`
	}
}

// job is what workers get.
type job struct {
	target link
	why    string
}

type pool struct{ jobs chan job }

func (p *pool) work() {
	for j := range p.jobs {
		log.Println(j.target.ID, j.why)
		p.handle(j)
	}
}

func (p *pool) handle(j job) { log.Println(j.target.RoleARN, j.why) }

func (p *pool) start() { go func() { p.work() }() }

func (p *pool) loud() {
	j := <-p.jobs
	log.Println(j.target.ExternalID) // want `External ID logged`
}

// tenant's ID is what STS gets, which is weak, and reported so; it is no secret for that.
type tenant struct{ ID, RoleARN string }

func publicIDs(ctx context.Context, c *sts.Client, t *tenant, repository string) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &t.RoleARN, ExternalId: &t.ID})
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &t.RoleARN, ExternalId: &repository})
	log.Println(t.ID, repository)
}

type refused struct{ role, word string }

func (r *refused) Error() string { return "refused " + r.role + " with " + r.word }

type unknown struct{ role string }

func (u *unknown) Error() string { return "unknown " + u.role }

func try(in integration) error {
	if in.ID == "" {
		return &unknown{in.RoleARN}
	}
	return &refused{in.RoleARN, in.ExternalID}
}

func find(in integration) error { return &unknown{in.RoleARN} }

func oneOfSeveral(in integration) {
	if err := try(in); err != nil {
		slog.Error("failed", slog.String("error", err.Error())) // want `External ID logged`
	}
	if err := find(in); err != nil {
		slog.Error("failed", slog.String("error", err.Error()))
	}
}

func handed(err error) { slog.Error("failed", "error", err.Error()) }

func toAnother(in integration) {
	handed(try(in)) // want `External ID logged`
	handed(find(in))
}
