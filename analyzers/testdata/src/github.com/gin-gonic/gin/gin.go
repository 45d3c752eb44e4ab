// Package gin is a stub of the framework, as far as fixtures need it.
package gin

import "net/http"

type ResponseWriter interface{ http.ResponseWriter }

type Context struct {
	Request *http.Request
	Writer  ResponseWriter
}

type H map[string]any

type HandlerFunc func(*Context)

type Engine struct{}

func Default() *Engine { return nil }

func (*Engine) Use(...HandlerFunc)              {}
func (*Engine) GET(string, ...HandlerFunc)      {}
func (*Engine) POST(string, ...HandlerFunc)     {}
func (c *Context) JSON(code int, obj any)       {}
func (c *Context) Query(key string) string      { return "" }
func (c *Context) Param(key string) string      { return "" }
func (c *Context) ShouldBindJSON(obj any) error { return nil }
func (c *Context) GetString(key string) string  { return "" }
