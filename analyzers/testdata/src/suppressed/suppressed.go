// Package suppressed shows which suppressions count.
package suppressed

import "log"

type integration struct{ RoleARN, ExternalID string }

func counted(in integration) {
	log.Println(in.ExternalID) //deputy:allow idlogged the audit log is sealed
	log.Println(in.ExternalID) //nolint:idlogged
	log.Println(in.ExternalID) //nolint:errcheck,idlogged // sealed
	log.Println(in.ExternalID) //nolint:deputy // sealed
	log.Println(in.ExternalID) //nolint:all
	log.Println(in.ExternalID) //nolint
	log.Println(in.ExternalID) //nolint // sealed
	log.Println(in.RoleARN)    //nolint:deputy // of all passes, which one is not said
	//deputy:allow idlogged the audit log is sealed
	log.Println(
		in.RoleARN,
		in.ExternalID)
}

func uncounted(in integration) {
	log.Println(in.ExternalID) /* want `External ID logged` */ //nolint:errcheck
	log.Println(in.ExternalID) // want `External ID logged`
}

// want+2 `External ID logged` `gives no reason`
func withoutReason(in integration) {
	log.Println(in.ExternalID) //deputy:allow idlogged
}

// want+2 `stale suppression`
func stale(in integration) {
	log.Println(in.RoleARN) //deputy:allow idlogged was once the other field
}
