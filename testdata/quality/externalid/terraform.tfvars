role_name            = "vendor-access"
vendor_external_id   = "«aws-random:20»"
