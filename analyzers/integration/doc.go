// Package integration holds what is checked against the modules that services are
// really built with: frameworks, loggers, clients and SDKs, type-checked as they are.
// It is a module of its own, so that these dependencies weigh on nobody else.
//
// Sources are marked where a person would look:
//
//	log.Println(in.ExternalID) // planted: idlogged
//	log.Println(in.RoleARN)    // decoy: the role is no secret
//
// "planted: PASS program" is what only a view of the whole program can find; go vet,
// which sees one package and its imports, is not expected to.
package integration
