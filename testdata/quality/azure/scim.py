X_TENANT_ID = "‹uuid›"  # tenant of our own API
headers = {"X-Tenant-ID": X_TENANT_ID, "X-Request-ID": "‹uuid›"}
