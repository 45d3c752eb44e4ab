// Package publicapi is what customers' browsers and scripts speak to.
package publicapi

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"example.com/skywatch/internal/audit"
	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
	"example.com/skywatch/internal/mint"
)

// Connector gets into accounts.
type Connector interface {
	Try(ctx context.Context, role, externalID string) error
}

// Connections is the store.
type Connections interface {
	Connection(ctx context.Context, customer, id string) (domain.Connection, error)
	List(ctx context.Context, customer string, limit int) ([]domain.Connection, error)
	Insert(ctx context.Context, c domain.Connection) error
	Rotate(ctx context.Context, id, externalID string) error
}

// API is the public API.
type API struct {
	store Connections
	trust Connector
	trail *audit.Trail
	log   *zap.Logger
}

// New makes one.
func New(store Connections, trust Connector, trail *audit.Trail, log *zap.Logger) *API {
	return &API{store: store, trust: trust, trail: trail, log: log}
}

// Routes registers the handlers.
func (a *API) Routes(r *gin.Engine, rateLimit gin.HandlerFunc) {
	v1 := r.Group("/v1", a.authenticate, rateLimit)
	v1.POST("/aws/accounts", a.create)
	v1.GET("/aws/accounts", a.list)
	v1.GET("/aws/accounts/:id", a.show)
	v1.GET("/aws/accounts/:id/full", a.showFull)
	v1.POST("/aws/accounts/:id/external-id/rotate", a.rotate) // decoy: limited, and not by GET
	v1.POST("/aws/test", a.test)
	v1.GET("/aws/test", a.testByQuery)
	v1.PUT("/aws/import/:externalId", a.importByPath)
	v1.POST("/aws/form", a.createByForm)
	v1.GET("/aws/setup", a.setup)
}

type principal struct{ Customer, User string }

func (a *API) authenticate(c *gin.Context) {
	token := strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")
	if token == "" {
		c.AbortWithStatusJSON(http.StatusUnauthorized, gin.H{"error": "no token"})
		return
	}
	c.Set("principal", principal{Customer: "cus_" + mask.Fingerprint(token), User: "usr_" + mask.Fingerprint(token+"/user")})
	c.Next()
}

func who(c *gin.Context) principal {
	p, _ := c.MustGet("principal").(principal)
	return p
}

// createRequest is the body of POST /aws/accounts.
type createRequest struct {
	RoleARN    string   `json:"role_arn" binding:"required"`
	ExternalID string   `json:"external_id"`
	Regions    []string `json:"regions"`
}

// create lets the customer bring the External ID along, which is what the old
// terraform module does.
func (a *API) create(c *gin.Context) {
	var req createRequest
	if err := c.ShouldBindJSON(&req); err != nil { // planted: idparam
		c.JSON(http.StatusBadRequest, gin.H{"error": "the body is not what was expected"})
		return
	}
	account, err := domain.AccountOf(req.RoleARN)
	if err != nil {
		c.JSON(http.StatusUnprocessableEntity, gin.H{"error": err.Error()})
		return
	}
	conn := domain.Connection{
		ID:         "con_" + mask.Fingerprint(req.RoleARN),
		CustomerID: who(c).Customer,
		AccountID:  account,
		RoleARN:    req.RoleARN,
		ExternalID: req.ExternalID,
		Regions:    req.Regions,
		Status:     domain.Pending,
	}
	if conn.ExternalID == "" {
		conn.ExternalID = mint.New()
	}
	if err := a.store.Insert(c, conn); err != nil {
		a.fail(c, err)
		return
	}
	if err := a.trail.Connected(c, who(c).User, conn); err != nil {
		a.log.Error("audit", zap.Error(err))
	}
	a.log.Info("connection created", zap.String("id", conn.ID), zap.String("external_id", mask.Text(conn.ExternalID))) // decoy: masked
	c.JSON(http.StatusCreated, conn.Summarize())                                                                       // decoy: a summary
}

// createOwn makes the External ID itself.
func (a *API) createOwn(c *gin.Context) {
	var req struct {
		RoleARN string   `json:"role_arn" binding:"required"`
		Regions []string `json:"regions"`
	}
	if err := c.ShouldBindJSON(&req); err != nil { // decoy: no External ID in it
		c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
		return
	}
	conn := domain.Connection{CustomerID: who(c).Customer, RoleARN: req.RoleARN, Regions: req.Regions, ExternalID: mint.New()}
	if err := a.store.Insert(c, conn); err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusCreated, gin.H{"id": conn.ID, "role_arn": conn.RoleARN}) // decoy: not among what is told
}

func (a *API) list(c *gin.Context) {
	list, err := a.store.List(c, who(c).Customer, 100)
	if err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"connections": list}) // planted: idreturned
}

func (a *API) show(c *gin.Context) {
	conn, err := a.store.Connection(c, who(c).Customer, c.Param("id"))
	if err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, conn.Summarize()) // decoy: a summary
}

// detail is what the page of a connection shows.
type detail struct {
	domain.Connection
	Age    string `json:"age"`
	Checks int    `json:"checks"`
}

func (a *API) showFull(c *gin.Context) {
	conn, err := a.store.Connection(c, who(c).Customer, c.Param("id"))
	if err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, detail{Connection: conn, Age: "new", Checks: 12}) // planted: idreturned
}

// rotate is there to show the new External ID, once.
func (a *API) rotate(c *gin.Context) {
	conn, err := a.store.Connection(c, who(c).Customer, c.Param("id"))
	if err != nil {
		a.fail(c, err)
		return
	}
	conn.ExternalID = mint.New()
	if err := a.store.Rotate(c, conn.ID, conn.ExternalID); err != nil {
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"external_id": conn.ExternalID}) // planted: idreturned
}

type testRequest struct {
	RoleARN string `json:"role_arn" form:"role_arn"`
	Secret  string `json:"secret" form:"secret"`
}

// test tries a role before anything is stored.
func (a *API) test(c *gin.Context) {
	var req testRequest
	if err := c.BindJSON(&req); err != nil { // planted: idparam program
		return
	}
	if err := a.trust.Try(c, req.RoleARN, req.Secret); err != nil {
		c.JSON(http.StatusOK, gin.H{"ok": false, "detail": "AWS refused " + req.RoleARN}) // decoy: names the role only
		return
	}
	c.JSON(http.StatusOK, gin.H{"ok": true})
}

func (a *API) testByQuery(c *gin.Context) {
	role, word := c.Query("role_arn"), c.Query("external_id") // planted: idparam program
	if err := a.trust.Try(c.Request.Context(), role, word); err != nil {
		c.JSON(http.StatusOK, gin.H{"ok": false})
		return
	}
	c.JSON(http.StatusOK, gin.H{"ok": true})
}

func (a *API) importByPath(c *gin.Context) {
	conn := domain.Connection{
		CustomerID: who(c).Customer,
		RoleARN:    c.Query("role"),
		ExternalID: c.Param("externalId"), // planted: idparam
	}
	if err := a.store.Insert(c, conn); err != nil {
		a.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (a *API) createByForm(c *gin.Context) {
	conn := domain.Connection{CustomerID: who(c).Customer, RoleARN: c.PostForm("role"), ExternalID: c.PostForm("external_id")} // planted: idparam
	if err := a.trust.Try(c, conn.RoleARN, conn.ExternalID); err != nil {
		c.String(http.StatusBadGateway, "cannot assume %s with %s: %v", conn.RoleARN, conn.ExternalID, err) // planted: idreturned
		return
	}
	c.Redirect(http.StatusSeeOther, "/connections/"+conn.ID)
}

// setup shows the trust policy of a pending connection, which has to have it in.
func (a *API) setup(c *gin.Context) {
	conn, err := a.store.Connection(c, who(c).Customer, c.Query("id"))
	if err != nil {
		a.fail(c, err)
		return
	}
	c.HTML(http.StatusOK, "setup.html", gin.H{"role": conn.RoleARN, "external_id": conn.ExternalID}) // planted: idreturned
}

// matches answers whether a stack reports the right word.
func (a *API) matches(c *gin.Context) {
	conn, err := a.store.Connection(c, who(c).Customer, c.Param("id"))
	if err != nil {
		a.fail(c, err)
		return
	}
	given := c.Query("external_id") // decoy: only compared
	c.JSON(http.StatusOK, gin.H{"ok": given != "" && given == conn.ExternalID})
}

func (a *API) fail(c *gin.Context, err error) {
	if errors.Is(err, domain.ErrNotFound) {
		c.JSON(http.StatusNotFound, gin.H{"error": "not found"})
		return
	}
	a.log.Error("request failed", zap.String("path", c.FullPath()), zap.Error(err))
	c.JSON(http.StatusInternalServerError, gin.H{"error": "internal error"})
}
