// Command worker scans connected accounts.
package main

import (
	"context"
	"database/sql"
	"log"
	"os"
	"os/signal"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"example.com/skywatch/internal/config"
	"example.com/skywatch/internal/store"
	"example.com/skywatch/internal/telemetry"
	"example.com/skywatch/internal/trust"
	"example.com/skywatch/internal/worker"
)

func main() {
	cfg, err := config.FromEnvironment(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("worker: %d workers, every %s", cfg.Workers, cfg.ScanEvery)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, cfg config.Config) error {
	db, err := sql.Open("postgres", cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	z, err := zap.NewProduction()
	if err != nil {
		return err
	}
	awsCfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	logger := telemetry.NewLogger(z)
	st := store.New(db)
	broker := trust.NewBroker(sts.NewFromConfig(awsCfg), logger)
	if cfg.SandboxRole != "" {
		if err := broker.Try(ctx, cfg.SandboxRole, cfg.SandboxExtID); err != nil { // decoy: the operator's own
			log.Printf("sandbox: role %s: %v", cfg.SandboxRole, err)
		}
	}
	pool := worker.New(st, broker, logger)
	pool.Start(ctx, cfg.Workers)

	bus, err := nats.Connect(cfg.NATSURL)
	if err != nil {
		return err
	}
	defer bus.Close()
	if _, err := bus.Subscribe("scans", func(m *nats.Msg) {
		if err := pool.Enqueue(ctx, m); err != nil {
			log.Printf("worker: %v", err)
		}
	}); err != nil {
		return err
	}
	if groups, err := st.Duplicates(ctx); err == nil {
		log.Printf("worker: %d External IDs are shared", len(groups)) // decoy: a number
	}
	tick := time.NewTicker(cfg.ScanEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := pool.Schedule(ctx); err != nil {
				log.Printf("worker: schedule: %v", err)
			}
		}
	}
}
