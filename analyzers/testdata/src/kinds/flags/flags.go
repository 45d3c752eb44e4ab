// Package flags reads the operator's settings by a library that hands all of them out at
// once.
package flags

import (
	"log"

	"github.com/spf13/viper"
)

type settings struct {
	AWS struct{ RoleARN, ExternalID string }
}

func show() {
	var s settings
	if viper.Unmarshal(&s) != nil {
		return
	}
	log.Println(s.AWS.RoleARN, viper.AllKeys())
	log.Println(viper.AllSettings()) // want `External ID logged: field ExternalID`
}
