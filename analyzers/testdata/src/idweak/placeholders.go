package idweak

// What stands where an External ID would be is none: a mask, text that STS would not
// take, the name of the field.
func placeholders(in Integration) []Integration {
	a, b, c, d := in, in, in, in
	a.ExternalID = "********"
	b.ExternalID = "[redacted]"
	c.ExternalID = "<your external ID>"
	d.ExternalID = "external_id"
	e := Integration{ExternalID: "redacted-for-prod"}
	f := Integration{ExternalID: "starred.prod/2024"} // want `is a literal, the same for every customer`
	return []Integration{a, b, c, d, e, f}
}
