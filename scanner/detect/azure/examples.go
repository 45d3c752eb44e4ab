package azure

import "github.com/deputy-sec/deputy/scanner/finding"

var subscriptionMatches = []finding.Example{
	{Name: "resource-path", Text: `id = "/subscriptions/«uuid»/resourceGroups/prod/providers/Microsoft.Compute/virtualMachines/x"`},
	{Name: "scope", Text: `az role assignment create --role Reader --scope /subscriptions/«uuid»`},
	{Name: "management-api", Text: `https://management.azure.com/subscriptions/«uuid»?api-version=2020-01-01`},
	{Name: "url-encoded", Text: `scope=%2Fsubscriptions%2F«uuid»%2FresourceGroups%2Fx`},
	{Name: "json-escaped", Text: `{"id":"\/subscriptions\/«uuid»\/resourceGroups\/x"}`},
	{Name: "environment", Text: `ARM_SUBSCRIPTION_ID=«uuid»`},
	{Name: "terraform-provider", Text: "provider \"azurerm\" {\n  subscription_id = \"«uuid»\"\n}"},
	{Name: "command-line", Text: `az account set --subscription «uuid»`},
	{Name: "account-as-shown", Text: "\"homeTenantId\": \"‹uuid›\",\n  \"id\": \"«uuid»\",\n  \"isDefault\": true"},
	{Name: "powershell-context", Text: `Set-AzContext -Subscription '«uuid»'`},
	{Name: "powershell", Text: `Connect-AzAccount -SubscriptionId «uuid» # Azure`},
	{Name: "json-key", Text: `{"environment": "AzureCloud", "subscriptionId": "«uuid»"}`},
	{Name: "label", Text: `Azure portal, Subscription ID: «uuid»`},
}

var subscriptionNearMisses = []finding.Example{
	{Name: "zeros", Text: `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/x`},
	{Name: "typed", Text: `/subscriptions/12345678-1234-1234-1234-123456789abc/resourceGroups/x`},
	{Name: "typed-letters", Text: `AZURE_SUBSCRIPTION_ID=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`},
	{Name: "documentation", Text: `AZURE_SUBSCRIPTION_ID=aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e`},
	{Name: "subscription-of-another-service", Text: `GET /v1/subscriptions/‹uuid›/invoices`},
	{Name: "another-key", Text: `subscription_id: ‹uuid› # of the newsletter`},
	{Name: "another-key-near-a-word-with-entra-in-it", Text: `subscription_id: ‹uuid› # of the central newsletter`},
	{Name: "reference", Text: `subscription_id = var.azure_subscription_id`},
	{Name: "role-definition", Text: `/providers/Microsoft.Authorization/roleDefinitions/‹uuid›`},
	{Name: "resource-name", Text: `/subscriptions/${var.subscription}/resourceGroups/‹uuid›`},
}

var tenantMatches = []finding.Example{
	{Name: "sign-in-host", Text: `https://login.microsoftonline.com/«uuid»/oauth2/v2.0/token`},
	{Name: "issuer", Text: `"iss": "https://sts.windows.net/«uuid»/"`},
	{Name: "url-encoded", Text: `authority=https%3A%2F%2Flogin.microsoftonline.com%2F«uuid»%2Fv2.0`},
	{Name: "environment", Text: `AZURE_TENANT_ID=«uuid»`},
	{Name: "service-principal-output", Text: `{"appId": "‹uuid›", "displayName": "azure-cli-x", "tenant": "«uuid»"}`},
	{Name: "command-line", Text: `az login --service-principal --tenant «uuid»`},
	{Name: "subcommand", Text: `az vm list --tenant «uuid» # on Azure`},
	{Name: "label", Text: `In Entra: Directory (tenant) ID: «uuid»`},
	{Name: "app-settings", Text: `"AzureAd": { "Instance": "x", "TenantId": "«uuid»" }`},
	{Name: "kubernetes", Text: "- name: AZURE_TENANT_ID\n  value: \"«uuid»\""},
}

var tenantNearMisses = []finding.Example{
	{Name: "tenant-of-another-service", Text: `X-Tenant-Id: ‹uuid›`},
	{Name: "tenant-of-a-row-that-names-the-cloud", Text: `{"model": "api.scan", "fields": {"tenant": "‹uuid›", "provider": "azure"}}`},
	{Name: "common", Text: `https://login.microsoftonline.com/common/oauth2/authorize?client_id=x`},
	{Name: "reference", Text: `https://login.microsoftonline.com/${tenantId}/oauth2`},
	{Name: "typed", Text: `https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555`},
	{Name: "not-of-version-4", Text: `azure tenant_id: ‹uuid1›`},
}

var clientIDMatches = []finding.Example{
	{Name: "environment", Text: `ARM_CLIENT_ID="«uuid»"`},
	{Name: "command-line", Text: `az aks create --client-id «uuid»`},
	{Name: "service-principal-output", Text: `{"appId": "«uuid»", "displayName": "azure-cli-x"}`},
	{Name: "label", Text: `Azure: Application (client) ID: «uuid»`},
	{Name: "user-assigned-identity", Text: "provider: azure\n  parameters:\n    userAssignedIdentityID: «uuid»"},
	{Name: "azure-key", Text: `azureClientId: «uuid»`},
	{Name: "github-action", Text: "uses: azure/login@v2\n  with:\n    client-id: «uuid»\n"},
}

var clientIDNearMisses = []finding.Example{
	{Name: "client-of-another-service", Text: `client_id: ‹uuid›`},
	{Name: "reference", Text: `client-id: ${{ secrets.AZURE_CLIENT_ID }}`},
	{Name: "zeros", Text: `AZURE_CLIENT_ID=00000000-0000-0000-0000-000000000000`},
	{Name: "role-definition", Text: `az role assignment create --role ‹uuid›`},
}

var clientSecretMatches = []finding.Example{
	{Name: "environment", Text: `AZURE_CLIENT_SECRET=«clientsecret»`},
	{Name: "service-principal-output", Text: `{"appId": "x", "password": "«clientsecret»"}`},
	{Name: "url-encoded", Text: `client_secret%3D«clientsecret»%26x`},
	{Name: "end-of-a-sentence", Text: "The secret is «clientsecret»...\nKeep it."},
	{Name: "older-secret", Text: `ARM_CLIENT_SECRET="«alnum:34»"`},
	{Name: "of-an-own-server", Text: `"AzureAd": { "Instance": "https://sts.x.io/adfs", "ClientSecret": "«alnum:40»" }`},
	{Name: "older-secret-in-base64", Text: `"AzureAd": { "ClientSecret": "«key:32»" }`},
}

var clientSecretNearMisses = []finding.Example{
	{Name: "typed", Text: `AZURE_CLIENT_SECRET=xxx8Q~xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`},
	{Name: "too-long", Text: `AZURE_CLIENT_SECRET=abC8Q~‹alnum:40›`},
	{Name: "too-short", Text: `abC8Q~‹alnum:20›`},
	{Name: "reference", Text: `AZURE_CLIENT_SECRET=${AZURE_CLIENT_SECRET_FROM_THE_VAULT_X}`},
	{Name: "long-secret-of-another-service", Text: `client_secret: ‹alnum:40›`},
	{Name: "secret-of-another-service", Text: `client_secret: ‹alnum:34›`},
	{Name: "expression", Text: `azure.ClientSecret = getSecretFromKeyVaultByNameX12(vault)`},
}

var storageKeyMatches = []finding.Example{
	{Name: "connection-string", Text: `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=«key:64»;EndpointSuffix=core.windows.net`},
	{Name: "environment", Text: `AZURE_STORAGE_KEY=«key:64»`},
	{Name: "command-line", Text: `az storage blob list --account-key "«key:64»"`},
	{Name: "terraform-state", Text: `"primary_access_key": "«key:64»", "primary_blob_endpoint": "https://x.blob.core.windows.net/"`},
	{Name: "identifiable", Text: `key: «marked:+ASt»`},
}

var storageKeyNearMisses = []finding.Example{
	{Name: "emulator", Text: `AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==`},
	{Name: "placeholder", Text: `AccountName=x;AccountKey=<your-key>;EndpointSuffix=core.windows.net`},
	{Name: "reference", Text: `AccountKey=${AZURE_STORAGE_KEY};EndpointSuffix=core.windows.net`},
	{Name: "another-length", Text: `azure AccountKey=‹key:32›`},
	{Name: "integrity", Text: `"integrity": "sha512-‹key:64›"`},
	{Name: "zeros", Text: `AZURE_STORAGE_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==`},
	{Name: "mark-inside-longer-base64", Text: `data:image/png;base64,‹base64:90›+ASt‹base64:90›`},
}

var accessKeyMatches = []finding.Example{
	{Name: "cosmos-connection-string", Text: `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=«key:64»;`},
	{Name: "cosmos-identifiable", Text: `key = "«marked:ACDb»"`},
	{Name: "service-bus-identifiable", Text: `key = "«shortmarked:+ASb»"`},
	{Name: "container-registry", Text: `docker login x.azurecr.io -u x -p «registry»`},
	{Name: "function-address", Text: `https://x.azurewebsites.net/api/HttpTrigger1?code=«function»`},
	{Name: "annotated", Text: `AZURE_OPENAI_API_KEY=«annotated:AAABACOG»`},
	{Name: "device-in-code", Text: "static const char* hubSuffix = \"azure-devices.net\";\nstatic const char* deviceKey1 = \"«key:32»\";\n"},
	{Name: "shared-access-key-in-json", Text: `{"Namespace": "x.servicebus.windows.net", "SharedAccessKeyName": "send", "SharedAccessKey": "«key:32»"}`},
	{Name: "shared-access-key-in-the-environment", Text: "EVENTHUB_NAMESPACE=x\nEVENTHUB_SHARED_ACCESS_KEY=«key:32»\n"},
	{Name: "publish-profile", Text: `<publishProfile userName="$x" userPWD="«alnum:60»" />`},
}

var accessKeyNearMisses = []finding.Example{
	{Name: "device-key-of-nobody-known", Text: `deviceKey = "‹key:32›"`},
	{Name: "name-of-the-policy", Text: `{"servicebus": true, "SharedAccessKeyName": "RootManageSharedAccessKey"}`},
	{Name: "cosmos-emulator", Text: `AccountEndpoint=https://localhost:8081/;AccountKey=C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==;cosmos`},
	{Name: "mark-at-another-place", Text: `"‹base64:20›+ACR‹base64:40›"`},
	{Name: "address-without-a-key", Text: `https://x.azurewebsites.net/api/HttpTrigger1?code=<your-function-key>`},
	{Name: "mark-in-a-word", Text: `const AzFu = "AzSearch"; JQQJ99`},
}

var connectionStringMatches = []finding.Example{
	{Name: "service-bus", Text: `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«key:32»`},
	{Name: "iot-hub", Text: `HostName=x.azure-devices.net;DeviceId=d;SharedAccessKey=«key:32»`},
	{Name: "app-configuration", Text: `Endpoint=https://x.azconfig.io;Id=abc-l0-s0:x;Secret=«key:32»`},
	{Name: "signalr", Text: `Endpoint=https://x.service.signalr.net;AccessKey=«key:32»;Version=1.0;`},
	{Name: "web-pubsub", Text: `"WebPubSub": "Endpoint=https://x.webpubsub.azure.com;AccessKey=«key:32»;Version=1.0;"`},
	{Name: "communication-services", Text: `endpoint=https://x.unitedstates.communication.azure.com/;accesskey=«key:64»`},
	{Name: "sql", Text: `Server=tcp:x.database.windows.net,1433;User ID=x;Password=«dbpassword»;Encrypt=True;`},
	{Name: "redis", Text: `x.redis.cache.windows.net:6380,password=«key:32»,ssl=True`},
}

var connectionStringNearMisses = []finding.Example{
	{Name: "sql-placeholder", Text: `Server=tcp:x.database.windows.net,1433;User ID=x;Password={your_password};Encrypt=True;`},
	{Name: "sql-reference", Text: `Server=x.database.windows.net;User ID=x;Password=${DB_PASSWORD};`},
	{Name: "sql-built-in-code", Text: `"Server=x.database.windows.net;Password=" + dbPassword1 + ";"`},
	{Name: "sql-typed", Text: `Server=x.database.windows.net;Password=YourPassword123!;`},
	{Name: "service-bus-placeholder", Text: `Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=<key>`},
	{Name: "signalr-placeholder", Text: `Endpoint=https://x.service.signalr.net;AccessKey=<your-key>;Version=1.0;`},
	{Name: "name-of-the-key", Text: `SharedAccessKeyName=RootManageSharedAccessKey`},
}

var sasTokenMatches = []finding.Example{
	{Name: "blob-link", Text: `https://x.blob.core.windows.net/c/b?sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=r&sig=«key:32»`},
	{Name: "html-escaped", Text: `<a href="https://x.blob.core.windows.net/c?sv=2022-11-02&amp;se=2030-01-01&amp;sp=r&amp;sig=«key:32»">`},
	{Name: "json-escaped", Text: `{"url":"https://x.blob.core.windows.net/c?sp=r\u0026se=2030-01-01\u0026sv=2022-11-02\u0026sr=c\u0026sig=«key:32»"}`},
	{Name: "service-bus", Text: `SharedAccessSignature sr=x.servicebus.windows.net&sig=«key:32»&se=1700000000&skn=Root`},
	{Name: "logic-apps", Text: `https://prod-1.westus.logic.azure.com/workflows/x/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers&sv=1.0&sig=«key:32»`},
}

var sasTokenNearMisses = []finding.Example{
	{Name: "redacted", Text: `?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=REDACTED`},
	{Name: "placeholder", Text: `?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=<signature>`},
	{Name: "typed", Text: `?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D`},
	{Name: "emulator", Text: `http://127.0.0.1:10000/devstoreaccount1/c/b?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=‹key:32›`},
	{Name: "test-of-signing-code", Text: `expect = "SharedAccessSignature sr=host&sig=‹key:32›&se=12345&skn=policy"`},
	{Name: "signature-of-another-service", Text: `https://x.example.com/?id=1&sig=‹key:32›`},
	{Name: "code", Text: `query.set("sv", v); query.set("sig", sig=hmac(key, toSign))`},
}

var devopsPATMatches = []finding.Example{
	{Name: "environment", Text: `AZURE_DEVOPS_EXT_PAT=«pat»`},
	{Name: "clone-address", Text: `git clone https://x:«pat»@dev.azure.com/x/_git/x`},
	{Name: "annotated", Text: `PAT=«annotated:AAAAAZDO»`},
}

var devopsPATNearMisses = []finding.Example{
	{Name: "another-service", Text: `token=‹pat›`},
	{Name: "digest", Text: `dev.azure.com sha: ‹hex:52›`},
	{Name: "longer", Text: `dev.azure.com ‹pat›‹pat›`},
	{Name: "reference", Text: `AZURE_DEVOPS_EXT_PAT=$(System.AccessToken)`},
}
