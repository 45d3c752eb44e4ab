package idsent

import (
	"net/http"
	"net/url"
)

// STS is where an External ID belongs, with an SDK or without.
func assumeByHand(in integration) {
	form := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}}
	form.Set("RoleArn", in.RoleARN)
	form.Set("ExternalId", in.ExternalID)
	http.PostForm("https://sts.amazonaws.com/", form)
}

func assumeByQuery(in integration) {
	http.Get("https://sts.amazonaws.com/?Action=AssumeRole&RoleArn=" + url.QueryEscape(in.RoleARN) + "&ExternalId=" + url.QueryEscape(in.ExternalID))
}

func anotherAction(in integration) {
	form := url.Values{"Action": {"Connect"}}
	form.Set("ExternalId", in.ExternalID)
	http.PostForm("https://partner.example.com/", form) // want `External ID sent`
}
