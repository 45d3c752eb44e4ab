package ocrtest

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Drawing is a picture that is drawn without a browser, on a canvas of 640 by
// 400 points.
type Drawing struct {
	Name string
	draw func(c *canvas)
}

// Drawings returns small pictures in the styles that account IDs are shown in.
func Drawings() []Drawing {
	light, dark := theme{white, ink, grey(0xd5)}, theme{navy, grey(0xd1), grey(0x41)}
	return []Drawing{
		{"console, light", frame(light, 13)},
		{"console, dark", frame(dark, 14)},
		{"table", table(light, 12)},
		{"table, dark", table(dark, 13)},
		{"terminal", shell(theme{grey(0), grey(0xe6), grey(0x80)}, 13)},
		{"badges", labels(13)},
	}
}

// Picture draws a drawing with scale pixels to the point. Its values are those of
// the seed.
func (d Drawing) Picture(seed uint64, scale int) (image.Image, []Value, error) {
	c := &canvas{values: NewValues(seed), scale: scale, picture: image.NewRGBA(image.Rect(0, 0, 640*scale, 400*scale)), faces: map[faceKey]font.Face{}}
	d.draw(c)
	return c.picture, c.values.Shown, c.err
}

type theme struct{ ground, ink, rule color.Color }

func grey(v uint8) color.Color { return color.Gray{v} }

var (
	white = color.Color(color.Gray{255})
	ink   = color.Color(color.RGBA{0x16, 0x19, 0x1f, 255})
	navy  = color.Color(color.RGBA{0x0f, 0x1b, 0x2a, 255})
	link  = color.Color(color.RGBA{0x07, 0x73, 0xbb, 255})
)

// canvas is what is drawn on; lengths are in points. The first error stays.
type canvas struct {
	values  *Values
	scale   int
	picture *image.RGBA
	faces   map[faceKey]font.Face
	err     error
}

type faceKey struct {
	name string
	size int
}

var fonts = map[string][]byte{"regular": goregular.TTF, "bold": gobold.TTF, "mono": gomono.TTF}

func (c *canvas) face(name string, size int) font.Face {
	key := faceKey{name, size}
	if f := c.faces[key]; f != nil {
		return f
	}
	parsed, err := opentype.Parse(fonts[name])
	if err == nil {
		c.faces[key], err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size * c.scale), DPI: 72, Hinting: font.HintingNone})
	}
	if err != nil && c.err == nil {
		c.err = err
	}
	return c.faces[key]
}

// text writes a template on a base line and returns where it ends.
func (c *canvas) text(x, y int, name string, size int, with color.Color, template string) int {
	d := font.Drawer{Dst: c.picture, Src: image.NewUniform(with), Face: c.face(name, size), Dot: fixed.P(x*c.scale, y*c.scale)}
	if c.err == nil {
		d.DrawString(c.values.Expand(template))
	}
	return d.Dot.X.Ceil() / c.scale
}

func (c *canvas) fill(x0, y0, x1, y1 int, with color.Color) {
	draw.Draw(c.picture, image.Rect(x0*c.scale, y0*c.scale, x1*c.scale, y1*c.scale), image.NewUniform(with), image.Point{}, draw.Src)
}

func (c *canvas) box(x0, y0, x1, y1 int, with color.Color) {
	c.fill(x0, y0, x1, y0+1, with)
	c.fill(x0, y1, x1+1, y1+1, with)
	c.fill(x0, y0, x0+1, y1, with)
	c.fill(x1, y0, x1+1, y1, with)
}

func frame(t theme, size int) func(*canvas) {
	return func(c *canvas) {
		c.fill(0, 0, 640, 400, t.ground)
		c.fill(0, 0, 640, 36, color.RGBA{0x23, 0x2f, 0x3e, 255})
		c.text(12, 23, "bold", 13, white, "Services")
		c.text(450, 23, "regular", 12, white, "anna @ {dashed}")
		c.box(12, 48, 628, 190, t.rule)
		c.text(24, 72, "bold", size+4, t.ink, "Summary")
		for i, l := range []string{"Role ARN: arn:aws:iam::{account}:role/deploy", "Account ID: {account}", "Owner {account} (prod), trusted by {dashed}", "s3://logs-{account}-eu-west-1/2024"} {
			c.text(24, 98+24*i, "regular", size, t.ink, l)
		}
		for i, l := range []string{"https://sqs.eu-west-1.amazonaws.com/{account}/jobs", "{account}.dkr.ecr.eu-west-1.amazonaws.com/web", "arn:aws:sns:us-east-1:{account}:alarms"} {
			c.text(24, 220+24*i, "regular", size, link, l)
		}
		c.box(12, 290, 628, 390, t.rule)
		for i, l := range []string{"\"AWS\": \"arn:aws:iam::{account}:root\",", "\"sts:ExternalId\": \"{external}\"", "aws_access_key_id = {key}"} {
			c.text(24, 315+24*i, "mono", size-1, t.ink, l)
		}
	}
}

func table(t theme, size int) func(*canvas) {
	return func(c *canvas) {
		c.fill(0, 0, 640, 400, t.ground)
		for i, x := range []int{10, 150, 280, 400, 630} {
			c.fill(x, 10, x+1, 391, t.rule)
			if i < 4 {
				c.text(x+8, 26, "bold", size, t.ink, []string{"Name", "Account", "Linked", "Role"}[i])
			}
		}
		for i := range 16 {
			y := 10 + 24*i
			c.fill(10, y, 631, y+1, t.rule)
			if i > 0 && i < 16 {
				c.text(18, y+16, "regular", size, t.ink, "workload-"+string(rune('a'+i)))
				c.text(158, y+16, "regular", size, t.ink, "{account}")
				c.text(288, y+16, "regular", size, t.ink, "{dashed}")
				c.text(408, y+16, "regular", size-1, link, "arn:aws:iam::{account}:role/r")
			}
		}
	}
}

func shell(t theme, size int) func(*canvas) {
	return func(c *canvas) {
		c.fill(0, 0, 640, 400, t.ground)
		for i, l := range []string{
			"$ aws sts get-caller-identity", "{", "    \"Account\": \"{account}\",", "    \"Arn\": \"arn:aws:sts::{account}:assumed-role/Admin/anna\"", "}",
			"$ cat ~/.aws/config", "[profile prod]", "role_arn = arn:aws:iam::{account}:role/Admin", "sso_account_id = {account}",
			"external_id = {external}", "aws_access_key_id = {key}", "$ terraform output", "account = \"{account}\"", "registry = \"{account}.dkr.ecr.eu-west-1.amazonaws.com\"", "vendor = [\"{account}\", \"{account}\"]",
		} {
			with := t.ink
			if l[0] == '$' {
				with = color.RGBA{0x4e, 0x9a, 0x06, 255}
			}
			c.text(10, 22+25*i, "mono", size, with, l)
		}
	}
}

func labels(size int) func(*canvas) {
	return func(c *canvas) {
		c.fill(0, 0, 640, 400, grey(0xfa))
		pairs := [][2]color.Color{
			{color.RGBA{0x09, 0x72, 0xd3, 255}, white}, {color.RGBA{0xd1, 0x32, 0x12, 255}, white}, {color.RGBA{0xff, 0xe7, 0xa8, 255}, color.RGBA{0x5a, 0x45, 0, 255}},
			{color.RGBA{0x41, 0x4d, 0x5c, 255}, grey(0xd5)}, {navy, color.RGBA{0x89, 0xbd, 0xee, 255}}, {grey(0xbb), grey(0x44)}, {grey(0xf2), grey(0x70)}, {color.RGBA{0x1d, 0x81, 2, 255}, white},
		}
		for i, p := range pairs {
			for k, template := range []string{"{account}", "Account {account}", "{dashed}"} {
				x, y := 20+200*k, 20+46*i
				c.fill(x, y, x+180, y+26, p[0])
				c.text(x+12, y+18, []string{"regular", "bold", "regular"}[k], size, p[1], template)
			}
		}
	}
}
