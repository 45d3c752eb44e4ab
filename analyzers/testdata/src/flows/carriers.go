package flows

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"go.opentelemetry.io/otel/baggage"
)

func diagnosed(in *Integration) diag.Diagnostics {
	if in.Name == "" {
		return diag.FromErr(fmt.Errorf("no name for %s", in.RoleARN))
	}
	if in.RoleARN == "" {
		return diag.FromErr(fmt.Errorf("no role for %s", in.Handshake)) // want `External ID logged`
	}
	return diag.Errorf("cannot assume %s with %s", in.RoleARN, in.Handshake) // want `External ID logged`
}

// What is in a baggage is in the headers of each request that follows.
func carried(in *Integration) {
	baggage.NewMember("integration", in.Name)
	baggage.NewMember("integration", in.Handshake) // want `External ID logged`
}
