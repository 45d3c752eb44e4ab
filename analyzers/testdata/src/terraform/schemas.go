// Package terraform shows the schemas of providers: what is not sensitive stands in plans
// and in the logs of who runs them.
package terraform

import (
	framework "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

func integration() *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{
		"role_arn":    {Type: schema.TypeString, Required: true},
		"external_id": {Type: schema.TypeString, Required: true}, // want `External ID logged: attribute "external_id" \(named external_id beside role_arn\) is not sensitive: it is shown in plans`
	}}
}

func hidden(mask bool) *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{
		"role_arn":        {Type: schema.TypeString, Required: true},
		"external_id":     {Type: schema.TypeString, Required: true, Sensitive: true},
		"aws_external_id": {Type: schema.TypeString, Optional: true, WriteOnly: true},
		"externalId":      {Type: schema.TypeString, Optional: true, Sensitive: mask}, // not known
	}}
}

func openly() *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{
		"arn":         {Type: schema.TypeString, Required: true},
		"external_id": {Type: schema.TypeString, Required: true, Sensitive: false}, // want `is not sensitive`
	}}
}

// A user's external ID is of another kind.
func user() *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{
		"display_name": {Type: schema.TypeString, Required: true},
		"external_id":  {Type: schema.TypeString, Required: true},
	}}
}

// What says only whether there is one holds none.
func asks() *schema.Resource {
	return &schema.Resource{Schema: map[string]*schema.Schema{
		"role_arn":            {Type: schema.TypeString, Required: true},
		"require_external_id": {Type: schema.TypeString, Required: true},
	}}
}

func account() framework.Schema {
	return framework.Schema{Attributes: map[string]framework.Attribute{
		"account": framework.SingleNestedAttribute{Attributes: map[string]framework.Attribute{
			"role_arn":    framework.StringAttribute{Required: true},
			"external_id": framework.StringAttribute{Required: true}, // want `is not sensitive`
		}},
	}}
}

func hiddenAccount() framework.Schema {
	return framework.Schema{Attributes: map[string]framework.Attribute{
		"role_arn":    framework.StringAttribute{Required: true},
		"external_id": framework.StringAttribute{Required: true, Sensitive: true},
	}}
}

func byHand() map[string]*schema.Schema {
	s := map[string]*schema.Schema{"role_arn": {Type: schema.TypeString}}
	s["external_id"] = &schema.Schema{Type: schema.TypeString} // want `is not sensitive`
	return s
}

// A field that is set later is not known.
func later() map[string]*schema.Schema {
	id := &schema.Schema{Type: schema.TypeString}
	hide(id)
	return map[string]*schema.Schema{"role_arn": {Type: schema.TypeString}, "external_id": id}
}

func hide(s *schema.Schema) { s.Sensitive = true }

// A map of other things is no schema.
type attribute struct{ Sensitive bool }

func others() map[string]*attribute {
	return map[string]*attribute{"role_arn": {}, "external_id": {}}
}
