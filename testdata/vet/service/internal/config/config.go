// Package config reads what the operator sets.
package config

import (
	"errors"
	"flag"
	"os"
	"strconv"
	"time"
)

// Config is the operator's.
type Config struct {
	Listen        string
	AdminListen   string
	DatabaseURL   string
	NATSURL       string
	WebhookURL    string
	SMTPHost      string
	SMTPFrom      string
	ScanEvery     time.Duration
	Workers       int
	SandboxRole   string
	SandboxExtID  string
	MarketplaceID string
}

// FromEnvironment reads the environment and the command line.
func FromEnvironment(args []string) (Config, error) {
	c := Config{
		Listen:        env("SKYWATCH_LISTEN", ":8080"),
		AdminListen:   env("SKYWATCH_ADMIN_LISTEN", "127.0.0.1:8081"),
		DatabaseURL:   os.Getenv("DATABASE_URL"),
		NATSURL:       env("NATS_URL", "nats://127.0.0.1:4222"),
		WebhookURL:    os.Getenv("SKYWATCH_WEBHOOK"),
		SMTPHost:      env("SMTP_HOST", "localhost:25"),
		SMTPFrom:      env("SMTP_FROM", "no-reply@skywatch.example"),
		ScanEvery:     15 * time.Minute,
		Workers:       4,
		SandboxRole:   os.Getenv("SANDBOX_ROLE_ARN"),
		SandboxExtID:  os.Getenv("SANDBOX_EXTERNAL_ID"),
		MarketplaceID: os.Getenv("MARKETPLACE_PRODUCT"),
	}
	fs := flag.NewFlagSet("skywatch", flag.ContinueOnError)
	fs.StringVar(&c.Listen, "listen", c.Listen, "address of the public API")
	fs.StringVar(&c.SandboxExtID, "sandbox-external-id", c.SandboxExtID, "External ID of the sandbox account")
	fs.DurationVar(&c.ScanEvery, "scan-every", c.ScanEvery, "time between two scans of an account")
	if err := fs.Parse(args); err != nil {
		return Config{}, err
	}
	if n, err := strconv.Atoi(os.Getenv("SKYWATCH_WORKERS")); err == nil && n > 0 {
		c.Workers = n
	}
	if c.DatabaseURL == "" {
		return Config{}, errors.New("DATABASE_URL is not set")
	}
	return c, nil
}

func env(name, fallback string) string {
	if v, ok := os.LookupEnv(name); ok && v != "" {
		return v
	}
	return fallback
}
