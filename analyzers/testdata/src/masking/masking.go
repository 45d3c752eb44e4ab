// Package masking shows leaks that the project's own mask can mend.
package masking

import (
	"errors"
	"log"
	"log/slog"

	"masking/mask"
)

type integration struct{ Name, RoleARN, ExternalID string }

func shown(in integration) string { return mask.Text(in.ExternalID) }

func direct(in integration) {
	log.Println(in.Name, in.ExternalID)                               // want `External ID logged`
	slog.Info("connected", slog.String("xid", in.ExternalID), "a", 1) // want `External ID logged`
	slog.Info("connected", "role", in.RoleARN, "xid", in.ExternalID)  // want `External ID logged`
}

// What is not a plain string is left to people.
func notPlain(in integration) {
	log.Println(in)                    // want `External ID logged`
	log.Println("x" + in.ExternalID)   // want `External ID logged`
	log.Println([]byte(in.ExternalID)) // want `External ID logged`
	err := errors.New(in.ExternalID)
	log.Println(err) // want `External ID logged`
}

// All that one line shows is mended, or none of it.
func several(in, other integration) {
	log.Println(in.ExternalID, other.ExternalID)            // want `External ID logged`
	log.Println(mask.Text(in.ExternalID), other.ExternalID) // want `External ID logged`
	log.Println(in.ExternalID, "x"+other.ExternalID)        // want `External ID logged`
}

// maskNothing is no mask, by what it does.
func maskNothing(s string) string { return s }

func misnamed(in integration) {
	log.Println(maskNothing(in.ExternalID)) // want `External ID logged`
}
