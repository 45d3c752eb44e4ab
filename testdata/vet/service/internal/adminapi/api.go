// Package adminapi is for the people who run skywatch.
package adminapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"text/template"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/labstack/echo/v4"

	"example.com/skywatch/internal/domain"
	"example.com/skywatch/internal/mask"
	"example.com/skywatch/internal/store"
)

// Assumer is STS.
type Assumer interface {
	AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, opts ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
}

// Store is the store.
type Store interface {
	List(ctx context.Context, customer string, limit int) ([]domain.Connection, error)
	Connection(ctx context.Context, customer, id string) (domain.Connection, error)
}

// API is the admin API.
type API struct {
	Store    Store
	Database *store.Store // for what the interface has no room for
	STS      Assumer
	guide    *template.Template
}

// Register adds the routes.
func (a *API) Register(e *echo.Echo) {
	a.guide = template.Must(template.New("guide").Parse("Role: {{.RoleARN}}\nWord: {{.ExternalID}}\n"))
	g := e.Group("/admin")
	g.POST("/assume", a.assume)
	g.GET("/assume", a.assumeByQuery)
	g.GET("/assume/:role/:xid", a.assumeByPath)
	g.GET("/customers/:customer/connections", a.list)
	g.GET("/customers/:customer/connections.csv", a.csv)
	g.GET("/customers/:customer/connections.txt", a.text)
	g.GET("/customers/:customer/connections/:id", a.show)
	g.GET("/customers/:customer/connections/:id/guide", a.guideFor)
	g.GET("/customers/:customer/connections/:id/masked", a.showMasked)
	g.GET("/customers/:customer/export", a.export)
	g.POST("/customers/:customer/batch", a.batch)
	g.POST("/sandbox", a.sandbox)
}

// assumeRequest is what support enters.
type assumeRequest struct {
	RoleARN    string `json:"role_arn" form:"role_arn" query:"role_arn"`
	ExternalID string `json:"external_id" form:"external_id" query:"external_id"`
	Reason     string `json:"reason"`
}

func (a *API) assume(c echo.Context) error {
	req := new(assumeRequest)
	if err := c.Bind(req); err != nil { // planted: idparam
		return echo.NewHTTPError(http.StatusBadRequest, "cannot read the request")
	}
	out, err := a.STS.AssumeRole(c.Request().Context(), &sts.AssumeRoleInput{
		RoleArn:         aws.String(req.RoleARN),
		ExternalId:      aws.String(req.ExternalID),
		RoleSessionName: aws.String("support"),
	})
	if err != nil {
		c.Logger().Errorf("assume %s for %q: %v", req.RoleARN, req.Reason, err) // decoy: role and reason
		return echo.NewHTTPError(http.StatusBadGateway, "AWS refused "+req.RoleARN)
	}
	return c.JSON(http.StatusOK, map[string]string{"user": aws.ToString(out.AssumedRoleUser.Arn)}) // decoy: what STS answered
}

func (a *API) assumeByQuery(c echo.Context) error {
	in := &sts.AssumeRoleInput{RoleSessionName: aws.String("support")}
	in.RoleArn = aws.String(c.QueryParam("role_arn"))
	if id := c.QueryParam("external_id"); id != "" { // planted: idparam
		in.ExternalId = &id
	}
	if _, err := a.STS.AssumeRole(c.Request().Context(), in); err != nil {
		return echo.NewHTTPError(http.StatusBadGateway, fmt.Sprintf("cannot assume with %v", *in.ExternalId)) // planted: idreturned
	}
	return c.NoContent(http.StatusNoContent)
}

func (a *API) assumeByPath(c echo.Context) error {
	return a.into(c.Request().Context(), c.Param("role"), c.Param("xid")) // planted: idparam
}

func (a *API) into(ctx context.Context, role, xid string) error {
	_, err := a.STS.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: &xid, RoleSessionName: aws.String("support")})
	return err
}

func (a *API) list(c echo.Context) error {
	list, err := a.Store.List(c.Request().Context(), c.Param("customer"), 500)
	if err != nil {
		return err
	}
	out := make([]domain.Summary, 0, len(list))
	for _, conn := range list {
		out = append(out, conn.Summarize())
	}
	return c.JSON(http.StatusOK, out) // decoy: summaries
}

func (a *API) csv(c echo.Context) error {
	list, err := a.Store.List(c.Request().Context(), c.Param("customer"), 500)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, conn := range list {
		if err := w.Write([]string{conn.ID, conn.RoleARN, conn.ExternalID, string(conn.Status)}); err != nil {
			return err
		}
	}
	w.Flush()
	return c.Blob(http.StatusOK, "text/csv", b.Bytes()) // planted: idreturned
}

func (a *API) text(c echo.Context) error {
	list, err := a.Store.List(c.Request().Context(), c.Param("customer"), 500)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, conn := range list {
		fmt.Fprintf(&b, "%s\t%s\t%s\n", conn.ID, conn.RoleARN, mask.Fingerprint(conn.ExternalID))
	}
	return c.String(http.StatusOK, b.String()) // decoy: fingerprints
}

func (a *API) show(c echo.Context) error {
	conn, err := a.Store.Connection(c.Request().Context(), c.Param("customer"), c.Param("id"))
	if err != nil {
		return echo.ErrNotFound
	}
	return c.JSONPretty(http.StatusOK, &conn, "  ") // planted: idreturned
}

func (a *API) guideFor(c echo.Context) error {
	conn, err := a.Store.Connection(c.Request().Context(), c.Param("customer"), c.Param("id"))
	if err != nil {
		return echo.ErrNotFound
	}
	return a.guide.Execute(c.Response(), conn) // planted: idreturned
}

// masked is a connection for the eyes of support.
type masked struct {
	ID         string      `json:"id"`
	RoleARN    string      `json:"role_arn"`
	ExternalID mask.Secret `json:"external_id"`
}

func (a *API) showMasked(c echo.Context) error {
	conn, err := a.Store.Connection(c.Request().Context(), c.Param("customer"), c.Param("id"))
	if err != nil {
		return echo.ErrNotFound
	}
	return c.JSON(http.StatusOK, masked{conn.ID, conn.RoleARN, mask.NewSecret(conn.ExternalID)}) // decoy: the type masks itself
}

// sandbox gets into skywatch's own sandbox, whose External ID is the operator's.
func (a *API) sandbox(c echo.Context) error {
	cfg, ok := c.Get("config").(sandboxConfig)
	if !ok {
		return echo.ErrInternalServerError
	}
	return a.into(c.Request().Context(), cfg.Role, cfg.ExternalID) // decoy: the operator's configuration
}

type sandboxConfig struct{ Role, ExternalID string }

func (a *API) export(c echo.Context) error {
	rows, err := a.Database.Export(c.Request().Context(), c.Param("customer"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"rows": rows}) // planted: idreturned
}

// entry is one line of a batch.
type entry struct {
	Role string `json:"role"`
	Word string `json:"word"`
}

// batch tries what a customer's CMDB exports.
func (a *API) batch(c echo.Context) error {
	var entries []entry
	if err := c.Bind(&entries); err != nil { // planted: idparam
		return echo.ErrBadRequest
	}
	refused := map[string]string{}
	for _, e := range entries {
		if err := a.into(c.Request().Context(), e.Role, e.Word); err != nil {
			refused[e.Role] = e.Word
			c.Logger().Warnf("batch: %s refused", e.Role) // decoy: the role
		}
	}
	if len(refused) > 0 {
		return c.JSON(http.StatusMultiStatus, refused) // planted: idreturned
	}
	return c.NoContent(http.StatusNoContent)
}
