package checks_test

import (
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
