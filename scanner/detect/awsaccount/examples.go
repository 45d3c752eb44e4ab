package awsaccount

import "github.com/deputy-sec/deputy/scanner/finding"

var matches = []finding.Example{
	{Name: "account-field-of-an-arn", Text: `role_arn = arn:aws:iam::«account»:role/deploy`},
}

var nearMisses = []finding.Example{
	{Name: "tail-of-a-uuid", Text: `account_id: ‹hex:8›-‹hex:4›-‹hex:4›-‹hex:4›-‹digits:12›`},
}
