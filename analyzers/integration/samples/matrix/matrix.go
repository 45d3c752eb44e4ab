// Package matrix keeps the frameworks among the module's requirements that handlers
// are written for in TestEveryFrameworkEveryPartEveryWay.
package matrix

import (
	_ "connectrpc.com/connect"
	_ "github.com/aws/aws-lambda-go/events"
	_ "github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	_ "github.com/aws/aws-sdk-go-v2/service/sts"
	_ "github.com/danielgtaylor/huma/v2"
	_ "github.com/emicklei/go-restful/v3"
	_ "github.com/gin-gonic/gin"
	_ "github.com/go-chi/chi/v5"
	_ "github.com/go-chi/render"
	_ "github.com/go-kit/kit/endpoint"
	_ "github.com/go-openapi/runtime/middleware"
	_ "github.com/gofiber/fiber/v2"
	_ "github.com/gofiber/fiber/v3"
	_ "github.com/gorilla/mux"
	_ "github.com/gorilla/schema"
	_ "github.com/julienschmidt/httprouter"
	_ "github.com/labstack/echo/v4"
	_ "github.com/valyala/fasthttp"
	_ "google.golang.org/grpc/metadata"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/structpb"
)
