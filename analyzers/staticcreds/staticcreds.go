package staticcreds

import (
	"go/constant"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// New makes the pass that reports static credentials.
func New(prog *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "staticcreds",
		Doc:  "report long-lived AWS access keys that are constants, and roles assumed with a user's keys\n\nUse the role that the service runs as.",
		URL:  taint.Docs + "staticcreds",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[prog].(*program.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{prog},
	}
}

// User is the category of roles that are assumed with a user's credentials.
const User = "staticcreds-user"

// constructors take a key ID, a secret and a token.
var constructors = map[string]bool{
	"github.com/aws/aws-sdk-go-v2/credentials.NewStaticCredentialsProvider": true,
	"github.com/aws/aws-sdk-go/aws/credentials.NewStaticCredentials":        true,
}

// fields hold a secret key.
var fields = map[string]bool{
	"github.com/aws/aws-sdk-go-v2/aws.Credentials.SecretAccessKey":    true,
	"github.com/aws/aws-sdk-go/aws/credentials.Value.SecretAccessKey": true,
}

func run(pass *analysis.Pass, prog *program.Result) {
	r := report.New(pass)
	for _, fn := range prog.Funcs {
		if program.IsTestOnly(pass, fn.Pos()) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if c, ok := instr.(*ssa.Call); ok && byUser(c) {
					r.Report(analysis.Diagnostic{Pos: c.Pos(), Category: User, Message: "a role is assumed with the credentials of a user, which do not expire: use the role of what runs this"})
				}
				if what := static(instr); what != "" {
					r.Report(analysis.Diagnostic{Pos: program.Near(fn, instr.Pos()), Category: "staticcreds", Message: "long-lived AWS credentials in code: " + what + " is a constant; use the role of what runs this"})
				}
			}
		}
	}
	r.Done()
}

func static(instr ssa.Instruction) string {
	switch i := instr.(type) {
	case *ssa.Call:
		obj := program.Callee(&i.Call)
		if obj != nil && constructors[program.FuncOf(obj).String()] && len(i.Call.Args) >= 2 && isSecret(i.Call.Args[1]) {
			return "the secret key given to " + obj.Name()
		}
	case *ssa.Store:
		if fa, ok := i.Addr.(*ssa.FieldAddr); ok && fields[program.FieldKey(fa.X.Type(), fa.Field)] && isSecret(i.Val) {
			return "SecretAccessKey"
		}
	}
	return ""
}

// shape is that of an AWS secret access key; a constant of another shape stands for
// none, as in mocks and local stacks.
var shape = lazyregexp.New(`^[A-Za-z0-9/+=]{40}$`)

// placeholder are words that documents put into keys.
var placeholder = lazyregexp.New(`(?i)example|your|dummy|fake|mock`)

func isSecret(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return false
	}
	s := constant.StringVal(c.Value)
	return shape.MatchString(s) && !placeholder.MatchString(s)
}
