// Package idlogged reports External IDs that are written to logs, telemetry,
// standard output or panics.
//
// "Do not log the externalID in clear text." (the guide for vendors)
//
// Who reads the logs, or the service they are shipped to, can assume the role that
// the External ID protects as far as the vendor's portal lets them: it is a
// credential, not an identifier.
//
// Bad:
//
//	slog.Info("connecting", "role", in.RoleARN, "external_id", in.ExternalID)
//	log.Printf("integration: %+v", integration) // the struct has one in it
//
// Good:
//
//	slog.Info("connecting", "role", in.RoleARN)
//	slog.Info("connecting", "external_id", mask(in.ExternalID))
//
// Loggers, tracers and metrics are known by table; a logger of the project's own is
// known by what it does, or by its name where its body is out of sight. An error is
// reported where it is logged, not where it is made. What shows at most eight
// characters of the value is masked. Values that a type redacts itself (String,
// LogValue, MarshalJSON …) are not reported.
//
// Interceptors of gRPC servers see the messages of every method, of no type: one that logs
// them logs the External ID that any of them may hold, in this package or another one of
// the program. The schema of a Terraform provider decides what plans show: an External ID
// among its attributes is reported where it is neither Sensitive nor WriteOnly.
package idlogged
