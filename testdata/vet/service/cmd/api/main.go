// Command api serves the three HTTP APIs and gRPC.
package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
	"github.com/nats-io/nats.go"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	skywatchv1 "example.com/skywatch/gen/skywatchv1"
	"example.com/skywatch/internal/adminapi"
	"example.com/skywatch/internal/audit"
	"example.com/skywatch/internal/config"
	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mint"
	"example.com/skywatch/internal/notify"
	"example.com/skywatch/internal/partnerapi"
	"example.com/skywatch/internal/publicapi"
	"example.com/skywatch/internal/rpc"
	"example.com/skywatch/internal/store"
	"example.com/skywatch/internal/telemetry"
	"example.com/skywatch/internal/trust"
)

// partners registers what partners send.
type partners struct {
	store  *store.Store
	broker *trust.Broker
	notify *notify.Notifier
}

// Register implements partnerapi.Service.
func (p *partners) Register(ctx context.Context, in partnerapi.Registration) (domain.Connection, error) {
	account, err := domain.AccountOf(in.RoleARN)
	if err != nil {
		return domain.Connection{}, err
	}
	conn := domain.Connection{CustomerID: in.Partner, AccountID: account, RoleARN: in.RoleARN, ExternalID: in.ExternalID, Status: domain.Pending}
	if conn.ExternalID == "" {
		mint.Fill(&conn)
	}
	if err := p.store.Insert(ctx, conn); err != nil {
		return domain.Connection{}, err
	}
	if err := p.notify.Connected(ctx, conn); err != nil {
		log.Printf("api: notify of %s: %v", conn.ID, err)
	}
	return conn, nil
}

// Get implements partnerapi.Service.
func (p *partners) Get(ctx context.Context, partner, id string) (domain.Connection, error) {
	return p.store.Connection(ctx, partner, id)
}

// Link implements partnerapi.Service.
func (p *partners) Link(ctx context.Context, m domain.Marketplace) error {
	return p.broker.Listing(ctx, &m)
}

func main() {
	cfg, err := config.FromEnvironment(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
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
	bus, err := nats.Connect(cfg.NATSURL)
	if err != nil {
		return err
	}
	defer bus.Close()

	logger := telemetry.NewLogger(z)
	st := store.New(db)
	client := sts.NewFromConfig(awsCfg)
	broker := trust.NewBroker(client, logger)
	note := notify.New(cfg.WebhookURL, cfg.SMTPHost, cfg.SMTPFrom, bus)

	engine := gin.New()
	publicapi.New(st, broker, audit.ToConsole(), z).Routes(engine, rateLimit(20))
	partner := partnerapi.New(&partners{st, broker, note}, telemetry.Plain())

	mux := http.NewServeMux()
	mux.Handle("/v1/", engine)
	mux.Handle("/partners/", partner.Router())

	admin := echo.New()
	(&adminapi.API{Store: st, Database: st, STS: client}).Register(admin)

	rpcServer := grpc.NewServer()
	skywatchv1.RegisterConnectionsServer(rpcServer, rpc.New(st, broker, logger))
	listener, err := net.Listen("tcp", "127.0.0.1:9090")
	if err != nil {
		return err
	}
	server := &http.Server{Addr: cfg.Listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}

	failed := make(chan error, 3)
	go func() { failed <- server.ListenAndServe() }()
	go func() { failed <- admin.Start(cfg.AdminListen) }()
	go func() { failed <- rpcServer.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	quit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	rpcServer.GracefulStop()
	return errors.Join(server.Shutdown(quit), admin.Shutdown(quit))
}

// rateLimit lets n requests a second through.
func rateLimit(n int) gin.HandlerFunc {
	tokens := make(chan struct{}, n)
	go func() {
		for range time.Tick(time.Second / time.Duration(n)) {
			select {
			case tokens <- struct{}{}:
			default:
			}
		}
	}()
	return func(c *gin.Context) {
		select {
		case <-tokens:
			c.Next()
		default:
			c.AbortWithStatus(http.StatusTooManyRequests)
		}
	}
}
