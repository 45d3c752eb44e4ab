// Package azure finds what tells or opens an Azure tenant: client secrets,
// account keys, connection strings, shared access signatures and personal
// access tokens, and the IDs of subscriptions, tenants and applications.
//
// Found:
//
//	/subscriptions/UUID/resourceGroups/prod   a subscription, by the path it stands in
//	https://login.microsoftonline.com/UUID    a tenant, by the host in front of it
//	ARM_CLIENT_ID=UUID                        an application, by the name
//	AccountKey=…==                            64 bytes in base64
//	…?sv=2022-11-02&se=…&sp=r&sig=…           32 bytes of signature among the parameters of a SAS
//	….8Q~…                                    a client secret, by its mark and checksum
//
// Not found:
//
//	…/roleDefinitions/UUID                    the same in every tenant
//	tenant_id = "UUID"                        nothing near speaks of Azure or Microsoft
//	tenant_id = var.tenant_id                 a reference
//	Azure CLI's own application ID            published by Microsoft (shown with --all)
//	12345678-1234-1234-1234-123456789012      typed for an example (shown with --all)
//
// # How it is built
//
// Every trigger has a function that looks at its place ([looks]). Keys that
// carry the mark of their service at a fixed place (the "identifiable" keys that
// Azure gives out since about 2022) are rows of a table ([marks]); older ones are
// told by the name or the connection string they stand in. A UUID means nothing
// by itself: the path, host or name in front of it decides.
//
// # Limits
//
// UUIDs are reported in version 4 only, as Azure makes them; others confirm a
// value found elsewhere. Whether a key still works is not asked, and the end
// that a signature states for itself is not compared with the clock.
package azure
