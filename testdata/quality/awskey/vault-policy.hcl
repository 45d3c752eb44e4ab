path "aws/creds/deploy" { capabilities = ["read"] }
access_key = "{{ with secret "aws/creds/deploy" }}{{ .Data.access_key }}{{ end }}"
