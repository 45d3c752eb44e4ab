// Package legacy is what still speaks the first SDK.
package legacy

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
	"github.com/sirupsen/logrus"

	"example.com/skywatch/internal/domain"
)

// Client opens accounts for the report job.
type Client struct {
	sess *session.Session
	log  *logrus.Entry
}

// New starts a session.
func New(log *logrus.Logger) (*Client, error) {
	sess, err := session.NewSession(&aws.Config{Region: aws.String(os.Getenv("AWS_REGION"))})
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &Client{sess: sess, log: log.WithField("component", "legacy")}, nil
}

// Credentials for a connection.
func (c *Client) Credentials(conn *domain.Connection) *credentials.Credentials {
	c.log.WithFields(logrus.Fields{ // planted: idlogged
		"role":       conn.RoleARN,
		"externalId": conn.ExternalID,
	}).Debug("assuming role")
	return stscreds.NewCredentials(c.sess, conn.RoleARN, func(p *stscreds.AssumeRoleProvider) {
		p.ExternalID = aws.String(conn.ExternalID)
	})
}

// Bare credentials, for accounts from before there were External IDs.
func (c *Client) Bare(conn *domain.Connection) *credentials.Credentials {
	c.log.WithField("connection", conn.ID).Warn("no external_id") // decoy: the name of the field without its value
	return stscreds.NewCredentials(c.sess, conn.RoleARN)          // planted: idmissing
}

// Region asks where the caller is.
func (c *Client) Region(own string) (string, error) {
	svc := sts.New(c.sess)
	out, err := svc.GetCallerIdentity(&sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	c.log.Infof("in account %s as %s", aws.StringValue(out.Account), own)
	return aws.StringValue(c.sess.Config.Region), nil
}

// Verify is the first thing that happens to a new account.
func (c *Client) Verify(role, word string) error {
	in := &sts.AssumeRoleInput{}
	in.SetRoleArn(role)
	in.SetRoleSessionName("verify")
	in.SetExternalId(word)
	if err := in.Validate(); err != nil {
		return err
	}
	if _, err := sts.New(c.sess).AssumeRole(in); err != nil {
		c.log.WithError(err).Errorf("verify %s with %q", role, word) // planted: idlogged
		return fmt.Errorf("verify %s: %w", role, err)
	}
	c.log.Infof("verified %s (external id of %d characters)", role, len(word)) // decoy: its length
	return nil
}

// Robot is the user of the old build machine.
func Robot() *credentials.Credentials {
	return credentials.NewStaticCredentials(os.Getenv("ROBOT_KEY"), os.Getenv("ROBOT_SECRET"), "") // decoy: from the environment
}

// Chained assumes a role by the robot.
func Chained(conn domain.Connection) (*sts.AssumeRoleOutput, error) {
	sess, err := session.NewSession(&aws.Config{Credentials: Robot()})
	if err != nil {
		return nil, err
	}
	return sts.New(sess).AssumeRole(&sts.AssumeRoleInput{ // planted: staticcreds
		RoleArn:         &conn.RoleARN,
		RoleSessionName: aws.String("chained"),
		ExternalId:      &conn.ExternalID,
	})
}
