// Package domain holds what skywatch is about: customers and the AWS accounts that
// they connect.
package domain

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// ErrNotFound says that there is no such thing, or that the caller may not see it.
var ErrNotFound = errors.New("not found")

// Status of a connection.
type Status string

// The states of a connection.
const (
	Pending  Status = "pending"
	Active   Status = "active"
	Broken   Status = "broken"
	Disabled Status = "disabled"
)

// Customer pays.
type Customer struct {
	ID        string    `json:"id" db:"id"`
	Name      string    `json:"name" db:"name"`
	Plan      string    `json:"plan" db:"plan"`
	CreatedAt time.Time `json:"created_at" db:"created_at"`
}

// Connection is a customer's AWS account and how to get into it.
type Connection struct {
	ID         string    `json:"id" db:"id"`
	CustomerID string    `json:"customer_id" db:"customer_id"`
	AccountID  string    `json:"account_id" db:"account_id"`
	RoleARN    string    `json:"role_arn" db:"role_arn"`
	ExternalID string    `json:"external_id" db:"external_id"`
	Regions    []string  `json:"regions" db:"-"`
	Status     Status    `json:"status" db:"status"`
	LastError  string    `json:"last_error,omitempty" db:"last_error"`
	CreatedAt  time.Time `json:"created_at" db:"created_at"`
}

// Summary is what lists show of a connection.
type Summary struct {
	ID        string    `json:"id"`
	AccountID string    `json:"account_id"`
	RoleARN   string    `json:"role_arn"`
	Status    Status    `json:"status"`
	CreatedAt time.Time `json:"created_at"`
}

// Summarize leaves out what only skywatch needs to know.
func (c Connection) Summarize() Summary {
	return Summary{ID: c.ID, AccountID: c.AccountID, RoleARN: c.RoleARN, Status: c.Status, CreatedAt: c.CreatedAt}
}

// String names a connection in messages.
func (c Connection) String() string {
	return fmt.Sprintf("connection %s (account %s, %s)", c.ID, c.AccountID, c.Status)
}

// IsUsable reports whether a scan can be tried.
func (c Connection) IsUsable() bool {
	return c.Status == Active && c.RoleARN != "" && c.ExternalID != ""
}

// Marketplace is the link of a customer to a listing. Its own kind of trust: the
// word that the customer's onboarding stack was given.
type Marketplace struct {
	CustomerID string `json:"customer_id"`
	Listing    string `json:"listing"`
	StackRole  string `json:"stack_role"`
	Handshake  string `json:"handshake"`
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,128}$`)

// CheckRole says what is wrong with a role's ARN.
func CheckRole(arn string) error {
	if !roleARN.MatchString(arn) {
		return fmt.Errorf("%q is not the ARN of a role", arn)
	}
	return nil
}

// AccountOf is the account that a role belongs to.
func AccountOf(arn string) (string, error) {
	if err := CheckRole(arn); err != nil {
		return "", err
	}
	for i, start := 0, 0; ; start++ {
		if arn[start] == ':' {
			i++
		}
		if i == 4 {
			return arn[start+1 : start+13], nil
		}
	}
}

// Finding is what a scan of an account says.
type Finding struct {
	ID           string    `json:"id"`
	ConnectionID string    `json:"connection_id"`
	Check        string    `json:"check"`
	Resource     string    `json:"resource"`
	Severity     string    `json:"severity"`
	ExternalRef  string    `json:"external_ref,omitempty"`
	SeenAt       time.Time `json:"seen_at"`
}

// ScanJob asks a worker to look at an account.
type ScanJob struct {
	ConnectionID string    `json:"connection_id"`
	Checks       []string  `json:"checks"`
	QueuedAt     time.Time `json:"queued_at"`
}
