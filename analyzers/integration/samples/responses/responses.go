// Package responses has each framework answer with too much once, and once not.
package responses

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"connectrpc.com/connect"
	"github.com/aws/aws-lambda-go/events"
	"github.com/danielgtaylor/huma/v2"
	"github.com/emicklei/go-restful/v3"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/render"
	"github.com/go-kit/kit/endpoint"
	"github.com/go-openapi/runtime/middleware"
	"github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
	"github.com/julienschmidt/httprouter"
	"github.com/labstack/echo/v4"
	"github.com/valyala/fasthttp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/samples/model"
)

// Short is a link without what is secret in it.
type Short struct {
	ID      string `json:"id"`
	RoleARN string `json:"role_arn"`
}

type store interface{ Find(id string) model.Link }

func plain(w http.ResponseWriter, s store) {
	in := s.Find("a")
	_ = json.NewEncoder(w).Encode(in)                       // planted: idreturned
	_ = json.NewEncoder(w).Encode(Short{in.ID, in.RoleARN}) // decoy: without it
	http.Error(w, "cannot use "+in.ExternalID, 400)         // planted: idreturned
	http.Error(w, "cannot use "+in.RoleARN, 400)            // decoy: the role
	fmt.Fprintf(w, "%s", in.ExternalID)                     // planted: idreturned
	fmt.Fprintf(w, "%t", in.ExternalID == "")               // decoy: whether there is one
	_, _ = io.WriteString(w, in.ExternalID)                 // planted: idreturned
	w.Header().Set("X-External-Id", in.ExternalID)          // planted: idreturned
	w.Header().Set("X-Role", in.RoleARN)                    // decoy: the role
}

func gins(c *gin.Context, s store) {
	in := s.Find(c.Param("id"))
	c.JSON(200, in)                                        // planted: idreturned
	c.JSON(200, gin.H{"id": in.ID, "xid": in.ExternalID})  // planted: idreturned
	c.IndentedJSON(200, gin.H{"id": in.ID})                // decoy: without it
	c.String(200, "%s", in.ExternalID)                     // planted: idreturned
	c.AbortWithStatusJSON(400, gin.H{"error": in.RoleARN}) // decoy: the role
}

func echos(c echo.Context, s store) error {
	in := s.Find(c.Param("id"))
	if c.QueryParam("short") != "" {
		return c.JSON(200, Short{in.ID, in.RoleARN}) // decoy: without it
	}
	if in.ID == "" {
		return echo.NewHTTPError(400, "cannot use "+in.ExternalID) // planted: idreturned
	}
	return c.JSON(200, map[string]any{"links": []model.Link{in}}) // planted: idreturned
}

func fibers(c *fiber.Ctx, s store) error {
	in := s.Find(c.Params("id"))
	if in.ID == "" {
		return c.JSON(fiber.Map{"role": in.RoleARN}) // decoy: the role
	}
	return c.JSON(fiber.Map{"xid": in.ExternalID}) // planted: idreturned
}

func fibers3(c fiber3.Ctx, s store) error {
	in := s.Find(c.Params("id"))
	if in.ID == "" {
		return c.SendString(in.RoleARN) // decoy: the role
	}
	return c.Status(200).JSON(in) // planted: idreturned
}

func chis(w http.ResponseWriter, r *http.Request, s store) {
	in := s.Find("a")
	render.JSON(w, r, in)                       // planted: idreturned
	render.JSON(w, r, Short{in.ID, in.RoleARN}) // decoy: without it
	render.PlainText(w, r, in.RoleARN)          // decoy: the role
}

func routers(w http.ResponseWriter, _ *http.Request, ps httprouter.Params, s store) {
	in := s.Find(ps.ByName("id"))
	b, _ := json.Marshal(in)
	_, _ = w.Write(b) // planted: idreturned
	b, _ = json.Marshal(Short{in.ID, in.RoleARN})
	_, _ = w.Write(b) // decoy: without it
}

func restfuls(r *restful.Request, w *restful.Response, s store) {
	in := s.Find(r.PathParameter("id"))
	_ = w.WriteEntity(in)                       // planted: idreturned
	_ = w.WriteAsJson(Short{in.ID, in.RoleARN}) // decoy: without it
}

type output struct{ Body model.Link }

func humas(api huma.API, s store) {
	huma.Get(api, "/links/{id}", func(_ context.Context, in *struct {
		ID string `path:"id"`
	}) (*output, error) {
		return &output{Body: s.Find(in.ID)}, nil // planted: idreturned
	})
	huma.Get(api, "/short/{id}", func(_ context.Context, in *struct {
		ID string `path:"id"`
	}) (*struct{ Body Short }, error) {
		l := s.Find(in.ID)
		return &struct{ Body Short }{Short{l.ID, l.RoleARN}}, nil // decoy: without it
	})
}

type server struct{ s store }

func (v *server) Get(_ context.Context, r *connect.Request[wrapperspb.StringValue]) (*connect.Response[model.Link], error) {
	in := v.s.Find(r.Msg.GetValue())
	if in.ID == "" {
		return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("no %s", in.RoleARN)) // decoy: the role
	}
	return connect.NewResponse(&in), nil // planted: idreturned
}

func (v *server) Find(_ context.Context, r *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	in := v.s.Find(r.GetValue())
	switch in.ID {
	case "":
		return nil, status.Errorf(codes.NotFound, "cannot use %s", in.ExternalID) // planted: idreturned
	case "role":
		return wrapperspb.String(in.RoleARN), nil // decoy: the role
	}
	return wrapperspb.String(in.ExternalID), nil // planted: idreturned
}

func lambda(_ context.Context, ev events.APIGatewayV2HTTPRequest, s store) (events.APIGatewayV2HTTPResponse, error) {
	in := s.Find(ev.PathParameters["id"])
	if in.ID == "" {
		return events.APIGatewayV2HTTPResponse{StatusCode: 404, Body: in.RoleARN}, nil // decoy: the role
	}
	b, err := json.Marshal(in)
	return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: string(b)}, err // planted: idreturned
}

type queryResolver struct{ s store }

func (q *queryResolver) Link(_ context.Context, id string) (*model.Link, error) {
	in := q.s.Find(id)
	return &in, nil // planted: idreturned
}

func (q *queryResolver) Role(_ context.Context, id string) (string, error) {
	return q.s.Find(id).RoleARN, nil // decoy: the role
}

func endpoints(s store) endpoint.Endpoint {
	return func(_ context.Context, request any) (any, error) {
		id, _ := request.(string)
		if id == "" {
			return Short{}, nil // decoy: without it
		}
		return s.Find(id), nil // planted: idreturned
	}
}

// linkOK is what go-swagger generates for a response.
type linkOK struct{ Payload *model.Link }

func (o *linkOK) WithPayload(p *model.Link) *linkOK { o.Payload = p; return o }

func (o *linkOK) WriteResponse(w http.ResponseWriter, _ producer) {
	_ = json.NewEncoder(w).Encode(o.Payload.ID)
}

type producer interface{ Produce(io.Writer, any) error }

type linkParams struct {
	HTTPRequest *http.Request
	ID          string
}

func swagger(params linkParams, s store) middleware.Responder {
	in := s.Find(params.ID)
	if in.ID == "" {
		return middleware.Error(404, in.RoleARN) // decoy: the role
	}
	return middleware.Error(400, "cannot use "+in.ExternalID) // planted: idreturned
}

// GetLink200JSONResponse is what oapi-codegen generates for a response.
type GetLink200JSONResponse model.Link

// GetLinkRequestObject is what oapi-codegen generates for a request.
type GetLinkRequestObject struct{ ID string }

// GetLinkResponseObject is what oapi-codegen generates for responses.
type GetLinkResponseObject interface {
	VisitGetLinkResponse(w http.ResponseWriter) error
}

// VisitGetLinkResponse writes it.
func (r GetLink200JSONResponse) VisitGetLinkResponse(w http.ResponseWriter) error {
	return json.NewEncoder(w).Encode(r) // planted: idreturned
}

func (v *server) GetLink(_ context.Context, r GetLinkRequestObject) (GetLinkResponseObject, error) {
	in := v.s.Find(r.ID)
	if in.ID == "" {
		return GetLink200JSONResponse{RoleARN: in.RoleARN}, nil // decoy: without it
	}
	return GetLink200JSONResponse(in), nil // planted: idreturned
}

func fast(c *fasthttp.RequestCtx, s store) {
	in := s.Find(string(c.QueryArgs().Peek("id")))
	fmt.Fprintf(c, "%s", in.ExternalID)    // planted: idreturned
	c.SetBodyString(in.ExternalID)         // planted: idreturned
	c.Error("cannot use "+in.RoleARN, 400) // decoy: the role
}
