// Package deputy is the module root; see docs/architecture.md for the rooms of the house.
package deputy
