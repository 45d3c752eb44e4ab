tenant_id = os.getenv("AZURE_TENANT_ID", "«tenant»")
client_id = os.environ.get("AZURE_CLIENT_ID") or "«client»"
subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
