// Package idweak reports External IDs that can be guessed or computed.
//
// "If the user was allowed to choose their own externalID, it was a static value, or
// no externalID was set in the recommended policy, … those with weak externalIDs
// should be notified to rotate their externalID to a stronger value." (the guide for
// vendors)
//
// An External ID must be unknown to everybody but the vendor's backend and one
// customer's account: at least 128 bits from crypto/rand, one per account.
//
// Bad:
//
//	integration.ExternalID = "acme-prod"                            // a literal
//	integration.ExternalID = fmt.Sprintf("acme-%s", customer.ID)    // computed from what others know
//	integration.ExternalID = uuid.NewSHA1(ns, []byte(tenantID)).String()
//	integration.ExternalID = strconv.FormatInt(rand.Int63(), 16)    // math/rand
//	id := uuid.NewString()
//	for _, a := range accounts { a.ExternalID = id }                // one for all of them
//
// Good:
//
//	integration.ExternalID = uuid.NewString()
//	b := make([]byte, 16); rand.Read(b); integration.ExternalID = hex.EncodeToString(b) // crypto/rand
//
// Limits: a value is followed back within its function and to the arguments of its
// callers in the package; what comes from elsewhere is not judged.
package idweak
