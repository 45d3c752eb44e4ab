package flows

import (
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strings"

	firststs "github.com/aws/aws-sdk-go/service/sts"
)

// Secret redacts itself.
type Secret struct{ value string }

func (Secret) String() string               { return "[secret]" }
func (Secret) LogValue() slog.Value         { return slog.StringValue("[secret]") }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"[secret]"`), nil }

type guarded struct {
	Name string
	ID   Secret
}

// Loud says everything.
type Loud struct{ value string }

func (l Loud) String() string { return "id " + l.value }

func redacting(in *Integration) {
	g := guarded{Name: in.Name, ID: Secret{in.Handshake}}
	log.Println(g.ID)
	slog.Info("guarded", "id", g.ID)
	log.Println(Loud{in.Handshake}) // want `External ID logged`
}

// abbreviate is a mask by what it does.
func abbreviate(s string) string {
	if len(s) < 8 {
		return "***"
	}
	return s[:4] + "***" + s[len(s)-4:]
}

// veil is a mask because we say so.
//
//deputy:masked
func veil(s string) string { return s[:len(s)/2] }

func masks(in *Integration) {
	log.Println(abbreviate(in.Handshake), veil(in.Handshake), maskID(in.Handshake))
	slog.Info("connect", "id", in.Handshake) // want `External ID logged`
}

func maskID(s string) string { return fmt.Sprint(len(s)) }

type hidden struct {
	Name string
	ID   string `json:"-"`
}

func encoded(in *Integration) {
	b, _ := json.Marshal(hidden{in.Name, in.Handshake})
	os.Stdout.Write(b)
	b, _ = json.Marshal(in)
	os.Stdout.Write(b) // want `External ID logged`
}

// What a cache gives back may hold the ID, but only in the field that nobody shows.

func loadHidden(name string) *hidden

func encodedFromElsewhere(in *Integration) {
	h := loadHidden(in.Name)
	h.ID = in.Handshake
	b, _ := json.Marshal(h)
	os.Stdout.Write(b)
	os.Stdout.WriteString(h.ID) // want `External ID logged`
}

// The first SDK's types print what they point to; a pointer in other types is an address.

type pointing struct{ ID *string }

func prettified(in *Integration) {
	log.Print(firststs.AssumeRoleInput{ExternalId: &in.Handshake}) // want `External ID logged`
	log.Print(firststs.AssumeRoleInput{RoleArn: &in.RoleARN})
	log.Print(pointing{&in.Handshake})
}

// starred puts stars where the External ID was.
func starred(in Integration) {
	in.Handshake = strings.Repeat("*", 8)
	log.Println(in)
	log.Println(in.Handshake)
	slog.Info("starred", "id", strings.Repeat("*", len(in.RoleARN)))
}

func repeated(in Integration) {
	in.Handshake = strings.Repeat(in.Handshake, 2)
	log.Println(in.Handshake) // want `External ID logged`
}
