// Package plainflags has settings without an External ID, which it gets from elsewhere.
package plainflags

import (
	"log"

	"github.com/spf13/viper"
)

type Link struct{ RoleARN, ExternalID string }

func show(l Link) {
	log.Println(viper.GetString("region"), viper.AllSettings())
	log.Println(l.ExternalID) // want `External ID logged`
}
