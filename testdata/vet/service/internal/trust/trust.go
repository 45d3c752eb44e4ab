// Package trust gets into customers' accounts.
package trust

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
	"example.com/skywatch/internal/telemetry"
)

// STS is the part of the client that is used.
type STS interface {
	AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, opts ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
	GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, opts ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// Broker assumes customers' roles and keeps what it got.
type Broker struct {
	sts STS
	log telemetry.Logger

	mu    sync.Mutex
	cache map[string]entry
}

type entry struct {
	creds   aws.Credentials
	expires time.Time
}

// NewBroker wraps a client.
func NewBroker(client STS, log telemetry.Logger) *Broker {
	return &Broker{sts: client, log: log, cache: map[string]entry{}}
}

// Open gets into a connection's account.
func (b *Broker) Open(ctx context.Context, c domain.Connection) (aws.Credentials, error) {
	ctx, span := telemetry.Span(ctx, "trust.Open",
		attribute.String("aws.role", c.RoleARN), // decoy: the role is no secret
	)
	defer span.End()
	if e, ok := b.cached(c.ID); ok {
		return e, nil
	}
	out, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         aws.String(c.RoleARN),
		RoleSessionName: aws.String("skywatch-" + c.ID),
		ExternalId:      aws.String(c.ExternalID),
		DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		span.SetStatus(codes.Error, "assume role")
		b.log.Error(ctx, "assume role", err, map[string]any{ // planted: idlogged
			"connection":  c.ID,
			"role":        c.RoleARN,
			"external_id": c.ExternalID,
		})
		telemetry.Assumed.WithLabelValues(c.AccountID, "failed").Inc()
		return aws.Credentials{}, explain(c, err)
	}
	span.SetAttributes(attribute.String("aws.external_id", c.ExternalID)) // planted: idlogged
	telemetry.Assumed.WithLabelValues(c.AccountID, "ok").Inc()
	creds := aws.Credentials{
		AccessKeyID:     aws.ToString(out.Credentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.Credentials.SessionToken),
		CanExpire:       true,
		Expires:         aws.ToTime(out.Credentials.Expiration),
	}
	b.keep(c.ID, creds)
	return creds, nil
}

// cached is keyed by connection.
func (b *Broker) cached(id string) (aws.Credentials, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.cache[id]
	if !ok || time.Now().After(e.expires) {
		return aws.Credentials{}, false
	}
	return e.creds, true
}

func (b *Broker) keep(id string, creds aws.Credentials) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cache[id] = entry{creds, creds.Expires.Add(-time.Minute)}
}

// denied is an error for people.
type denied struct {
	role, externalID string
	cause            error
}

func (d *denied) Error() string {
	return fmt.Sprintf("AWS refused %s with External ID %s: %v", d.role, d.externalID, d.cause)
}

func (d *denied) Unwrap() error { return d.cause }

// explain makes an error that says what to do.
func explain(c domain.Connection, err error) error {
	if strings.Contains(err.Error(), "AccessDenied") {
		return &denied{c.RoleARN, c.ExternalID, err}
	}
	return fmt.Errorf("assume %s: %w", c.RoleARN, err) // decoy: names the role only
}

// Try tells whether a connection works.
func (b *Broker) Try(ctx context.Context, role, externalID string) error {
	_, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         &role,
		RoleSessionName: aws.String("skywatch-try"),
		ExternalId:      &externalID,
	})
	if err != nil {
		slog.Debug("try failed", "role", role, "external_id", mask.Text(externalID), "error", err) // decoy: masked
		return fmt.Errorf("try %s: %w", role, err)
	}
	return nil
}

// IsProtected tells whether the role asks for the External ID at all: it must not
// be possible to assume it without.
func (b *Broker) IsProtected(ctx context.Context, own OwnRole) error {
	_, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{ // decoy: to see that it fails is the purpose, and the role is ours
		RoleArn:         aws.String("arn:aws:iam::123456789012:role/skywatch-canary"),
		RoleSessionName: aws.String("skywatch-canary"),
	})
	if err == nil {
		return errors.New("the canary's trust policy asks for no External ID")
	}
	slog.Info("canary is protected", "name", own.Name)
	return nil
}

// OwnRole is one of skywatch's own.
type OwnRole struct{ Name, ARN string }

// FromOwnAccount assumes a role that skywatch owns.
func FromOwnAccount(ctx context.Context) (aws.CredentialsProvider, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), "arn:aws:iam::123456789012:role/skywatch-reports"), nil // decoy: a role known at build time
}

// Provider is for SDK clients that want to renew by themselves.
func (b *Broker) Provider(client stscreds.AssumeRoleAPIClient, c *domain.Connection) aws.CredentialsProvider {
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.ExternalID = &c.ExternalID
		o.RoleSessionName = "skywatch-" + c.ID
	}))
}

// Unguarded serves accounts that connected in the beta.
func Unguarded(client stscreds.AssumeRoleAPIClient, c domain.Connection) aws.CredentialsProvider {
	return stscreds.NewAssumeRoleProvider(client, c.RoleARN) // planted: idmissing
}

// Preview looks at an account before it is connected.
func (b *Broker) Preview(ctx context.Context, roleFromForm string) (string, error) {
	out, err := b.sts.AssumeRole(ctx, &sts.AssumeRoleInput{ // planted: idmissing
		RoleArn:         aws.String(roleFromForm),
		RoleSessionName: aws.String("skywatch-preview"),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.AssumedRoleUser.Arn), nil
}

// Listing gets in with the word of a marketplace listing, if there is one.
func (b *Broker) Listing(ctx context.Context, m *domain.Marketplace) error {
	in := &sts.AssumeRoleInput{RoleArn: &m.StackRole, RoleSessionName: aws.String("skywatch-listing")} // decoy: the External ID follows
	if m.Handshake != "" {
		in.ExternalId = &m.Handshake
	}
	if _, err := b.sts.AssumeRole(ctx, in); err != nil {
		return fmt.Errorf("listing %s: %w", m.Listing, err)
	}
	return nil
}

// Policy is the trust policy that a customer pastes.
func Policy(vendorAccount, externalID string) map[string]any {
	return map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Effect":    "Allow",
			"Principal": map[string]string{"AWS": "arn:aws:iam::" + vendorAccount + ":root"},
			"Action":    "sts:AssumeRole",
			"Condition": map[string]any{"StringEquals": map[string]string{"sts:ExternalId": externalID}},
		}},
	}
}

// Reconnect goes over connections and tells who is out.
func (b *Broker) Reconnect(ctx context.Context, list []domain.Connection) error {
	var errs []error
	for _, c := range list {
		if _, err := b.Open(ctx, c); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		slog.Warn("reconnect", "error", err) // planted: idlogged
		return errors.New("some connections are broken")
	}
	slog.Info("reconnected", "count", len(list)) // decoy: a number
	return nil
}
