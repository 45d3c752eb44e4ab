package checks

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

var extidOutput = &Check{
	Rule: &finding.Rule{
		ID: "extid-output", Kind: Template, Severity: finding.Medium,
		Title:  "An External ID is shown to whoever may look at the stack",
		About:  "An output, export, tag, description or plain parameter of Parameter Store carries the External ID. Everybody who may describe the stack or list tags reads it.",
		Remedy: "Leave it out, or mark it: sensitive in Terraform, SecureString in Parameter Store.",
		Guide:  "Treat external_id like you would an ssh private key in the UI and backend. Mask it from the user.",
		Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html",
	},
	run: func(p *pass) {
		for _, o := range p.unit.Outputs {
			name := p.facts.carrier(o.Value)
			switch {
			case name == "":
			case o.Hidden:
				p.pass(o.Place, o.Name)
			default:
				p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: o.Place, Address: "output " + o.Name, Steps: o.Value.Via,
					Message: fmt.Sprintf("the %s %s shows the External ID (%s)", o.Word, o.Name, name), Instead: "no output, or one that is sensitive"})
			}
		}
		for _, r := range p.unit.Resources {
			p.shown(r)
		}
	},
}

// shown judges what a resource shows of itself.
func (p *pass) shown(r *policy.Resource) {
	for _, key := range []string{"Tags", "Description"} {
		if v := r.Props.Get(key); v != nil {
			if name := p.facts.carrier(v); name != "" {
				p.fail(v.Place, r.Address+"/"+key, fmt.Sprintf("the %s of %s shows the External ID (%s)", strings.ToLower(key), r.Name, name), v.Via...)
			}
		}
	}
	if r.Type != "AWS::SSM::Parameter" {
		return
	}
	v := r.Props.Get("Value")
	if v == nil {
		return
	}
	name := p.facts.carrier(v)
	if name == "" {
		return
	}
	if kind, _ := r.Props.Get("Type").Known(); kind == "SecureString" {
		p.pass(v.Place, r.Address)
		return
	}
	p.fail(v.Place, r.Address, fmt.Sprintf("the External ID (%s) is kept in a plain parameter: it wants SecureString", name), v.Via...)
}

var extidParameter = &Check{
	Rule: &finding.Rule{
		ID: "extid-parameter", Kind: Template, Severity: finding.Low,
		Title:  "A parameter shows the External ID that it takes",
		About:  "Without NoEcho (CloudFormation) or sensitive (Terraform) the console, the command line and plans show the value.",
		Remedy: "Add NoEcho: true to the parameter, or sensitive = true to the variable.",
		Guide:  "Treat external_id like you would an ssh private key in the UI and backend. Mask it from the user.",
		Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html",
	},
	run: func(p *pass) {
		for _, in := range p.facts.inputs {
			if in.Hidden {
				p.pass(in.Place, in.Address)
				continue
			}
			instead := "NoEcho: true"
			if in.Word == "variable" {
				instead = "sensitive = true"
			}
			p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: in.Place, Address: in.Word + " " + in.Address,
				Message: fmt.Sprintf("the %s %s shows the External ID", in.Word, in.Name), Instead: instead})
		}
	},
}
