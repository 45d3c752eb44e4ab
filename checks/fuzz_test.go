package checks_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/checks"
	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// FuzzCheck runs everything over any text. Nothing panics, and every place, those of steps
// included, lies in its file.
func FuzzCheck(f *testing.F) {
	for _, c := range checks.All() {
		for i, ex := range append(append(c.Rule.Matches, c.Rule.NearMisses...), c.Unclear...) {
			f.Add(example.Expand(ex.Text, uint64(i+1), nil).Text)
		}
	}
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		r := check(t, map[string]string{"file": text}, options())
		for _, v := range append(append([]checks.Verdict{}, r.Fails...), r.Unresolved...) {
			inside(t, v.Place)
			for _, s := range v.Steps {
				inside(t, s.Place)
			}
			if utf8.ValidString(text) {
				require.NotEmpty(t, v.Message)
			}
		}
	})
}

// FuzzSpec is the same for specs of APIs, which may name each other.
func FuzzSpec(f *testing.F) {
	for _, c := range checks.All() {
		if strings.HasPrefix(c.Rule.ID, "api-") {
			for _, ex := range append(c.Rule.Matches, c.Rule.NearMisses...) {
				f.Add(ex.Text)
			}
		}
	}
	f.Add("openapi: 3.0.0\npaths: {/aws: {post: {requestBody: {$ref: 'file#/paths/~1aws/post/requestBody'}}}}\n# external_id")
	f.Add("openapi: 3.0.0\npaths: {/aws: {post: {requestBody: {content: {x: {schema: &a {properties: {external_id: *a}}}}}}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		r := check(t, map[string]string{"file": text}, options())
		for _, v := range r.Fails {
			inside(t, v.Place)
			for _, s := range v.Steps {
				inside(t, s.Place)
			}
		}
	})
}

// FuzzTerraform is the same for a module with a template beside it.
func FuzzTerraform(f *testing.F) {
	for _, c := range terraformTraps {
		f.Add(example.Expand(c.text, 1, nil).Text, "")
	}
	for _, files := range forms {
		f.Add(files["main.tf"], files["trust.json.tpl"])
	}
	f.Add(forms["JSON syntax"]["main.tf.json"], "%{ for x in y }${x}%{ endfor }")
	f.Fuzz(func(t *testing.T, text, template string) {
		if len(text)+len(template) > 1<<16 {
			return
		}
		for _, name := range []string{"main.tf", "main.tf.json"} {
			r := check(t, map[string]string{name: text, "trust.json.tpl": template}, options())
			for _, v := range append(append([]checks.Verdict{}, r.Fails...), r.Unresolved...) {
				inside(t, v.Place)
				for _, s := range v.Steps {
					inside(t, s.Place)
				}
			}
		}
	})
}

func inside(t *testing.T, p policy.Place) {
	if p.File == nil {
		return
	}
	require.GreaterOrEqual(t, p.Start, 0)
	require.LessOrEqual(t, p.Start, p.End, "%s", p)
	require.LessOrEqual(t, p.End, len(p.File.Text), "%s", p)
}

// hostile are texts that would take forever, or all memory, or the stack.
var hostile = []string{
	"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\nResources:\n  R: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: *h}}\n",
	"Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Condition: A\n    Properties: {AssumeRolePolicyDocument: {Statement: !If [A, {Effect: Allow, Action: sts:AssumeRole, Principal: '*'}, !Ref AWS::NoValue]}}\n",
	"Parameters:\n  L: {Type: CommaDelimitedList, Default: 'a,b,c,d,e,f,g,h,i,j'}\nResources:\n  'Fn::ForEach::A':\n    - X\n    - !Ref L\n    - 'Fn::ForEach::B':\n      - Y\n      - !Ref L\n      - 'Fn::ForEach::C':\n        - Z\n        - !Ref L\n        - 'R${X}${Y}${Z}': {Type: 'AWS::IAM::Role', Properties: {RoleName: !Ref X}}\n",
	"Resources:\n  Fn::ForEach::R:\n    - Resources\n    - [a]\n    - Fn::ForEach::R: [b, [c], {}]\n  S: {Type: 'AWS::X::Y'}\n",
}

func TestHostileTemplatesAreBounded(t *testing.T) {
	for _, text := range hostile {
		check(t, map[string]string{"file": text}, options())
	}
	r := check(t, map[string]string{"bomb": hostile[0]}, options())
	require.Len(t, r.Unexamined, 1)
	require.Equal(t, "over-budget", string(r.Unexamined[0].Kind))
}

func TestHostileModulesAreBounded(t *testing.T) {
	role := "resource \"aws_iam_role\" \"r\" { assume_role_policy = local.z }\n"
	for name, text := range map[string]string{
		"brackets":     role + "locals { z = " + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + " }",
		"templates":    role + "locals { z = \"" + strings.Repeat("${\"", 1<<17) + strings.Repeat("\"}", 1<<17) + "\" }",
		"signs":        role + "locals { z = " + strings.Repeat("!", 1<<20) + "true }",
		"conditionals": role + "locals { z = " + strings.Repeat("true ? 1 : ", 1<<18) + "0 }",
		"parentheses":  role + "locals { z = " + strings.Repeat("(", 1<<20) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, map[string]string{"main.tf": text}, options())
			require.Len(t, r.Unexamined, 1)
			require.Equal(t, "over-budget", string(r.Unexamined[0].Kind))
		})
	}
	ten := "[1,2,3,4,5,6,7,8,9,0]"
	nested := "1"
	for range 8 {
		nested = "[for x in " + ten + " : " + nested + "]"
	}
	doubled := "locals {\n a0 = [1, 2]\n"
	for i := range 60 {
		doubled += fmt.Sprintf(" a%d = concat(local.a%d, local.a%d)\n", i+1, i, i)
	}
	for name, text := range map[string]string{
		"loops":   role + "locals { z = " + nested + " }",
		"doubled": role + doubled + " z = local.a60\n}",
		"texts":   role + strings.ReplaceAll(strings.ReplaceAll(doubled, "concat(", "join(\"\", ["), ")", "])") + " z = local.a60\n}",
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, map[string]string{"main.tf": text}, options())
			require.Empty(t, messages(r.Fails))
		})
	}
}
