package idmissing

// A trust policy of an AWS principal needs a condition, one of a service does not.
func Statements(vendor, id string) []map[string]any {
	open := map[string]any{
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": vendor},
		"Action":    "sts:AssumeRole", // want `trust policy without an External ID`
	}
	closed := map[string]any{
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": vendor},
		"Action":    "sts:AssumeRole",
		"Condition": map[string]any{"StringEquals": map[string]string{"sts:ExternalId": id}},
	}
	service := map[string]any{"Effect": "Allow", "Principal": map[string]any{"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
	denied := map[string]any{"Effect": "Deny", "Principal": map[string]any{"AWS": vendor}, "Action": "sts:AssumeRole"}
	later := map[string]any{"Effect": "Allow", "Principal": map[string]string{"AWS": vendor}, "Action": "sts:AssumeRole"}
	restrict(later)
	return []map[string]any{open, closed, service, denied, later}
}

func restrict(statement map[string]any)
