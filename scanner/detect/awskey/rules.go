package awskey

import "github.com/deputy-sec/deputy/scanner/finding"

const uniqueIDs = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids"

// The rules of the package.
var (
	AccessKeyID = &finding.Rule{
		ID:       "aws-access-key-id",
		Kind:     finding.AccessKeyID,
		Severity: finding.Medium,
		Title:    "AWS access key ID",
		About: "The public half of an AWS key pair. Alone it lets no one in, but keys made since 2019 tell the account they belong to, " +
			"and an ID in a repository often means that its secret was there too.",
		Remedy:     "If the secret was ever beside it, deactivate the key now and read CloudTrail for its use. Else replace the key by a role.",
		Guide:      "Scan for 12 digit AccountIDs (or GCP or Azure identifiers) in git repos and public documentation and presentations (slide-decks, screenshots).",
		Source:     uniqueIDs,
		Matches:    accessKeyIDMatches,
		NearMisses: accessKeyIDNearMisses,
	}
	SecretAccessKey = &finding.Rule{
		ID:       "aws-secret-access-key",
		Kind:     finding.SecretAccessKey,
		Severity: finding.Critical,
		Title:    "AWS secret access key",
		About: "The secret half of an AWS key pair. Whoever reads it, and the key ID that mostly stands beside it, acts as that user or role " +
			"from anywhere. Bots find such keys in public repositories within minutes.",
		Remedy:     "Deactivate the key now, then delete it. Read CloudTrail for what was done with it. Removing it from the history does not help.",
		Source:     "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
		Matches:    secretMatches,
		NearMisses: secretNearMisses,
	}
	SessionToken = &finding.Rule{
		ID:       "aws-session-token",
		Kind:     finding.SessionToken,
		Severity: finding.Medium,
		Title:    "AWS session token",
		About: "The third part of temporary credentials. With its key ID and secret it lets its bearer act as the role until it expires, " +
			"36 hours after its making at the latest. It also names the account and the session to those who know how to read it.",
		Remedy:     "If it may still be valid, revoke the role's active sessions. Find out what wrote it here: it will write the next one too.",
		Source:     "https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html",
		Matches:    sessionTokenMatches,
		NearMisses: sessionTokenNearMisses,
	}
	PresignedURL = &finding.Rule{
		ID:       "aws-presigned-url",
		Kind:     finding.Token,
		Severity: finding.Low,
		Title:    "pre-signed AWS URL",
		About: "A URL that carries its own signature: whoever has it may do the one thing it was signed for, until it expires. " +
			"That is seven days at most for Signature Version 4, but any time for Version 2. It also names the key that signed it.",
		Remedy:     "If it has not expired, deactivate the key or end the session that signed it. Do not write signed URLs to logs and fixtures.",
		Source:     "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html",
		Matches:    presignedURLMatches,
		NearMisses: presignedURLNearMisses,
	}
	SigninToken = &finding.Rule{
		ID:         "aws-console-signin-token",
		Kind:       finding.SessionToken,
		Severity:   finding.Medium,
		Title:      "AWS console sign-in token",
		About:      "A token that opens the AWS console without a password. It must be used within 15 minutes; the session then lasts up to 12 hours.",
		Remedy:     "Revoke the role's active sessions if it may have been used. Do not log federation URLs.",
		Source:     "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html",
		Matches:    signinTokenMatches,
		NearMisses: signinTokenNearMisses,
	}
	BedrockAPIKey = &finding.Rule{
		ID:       "aws-bedrock-api-key",
		Kind:     finding.Token,
		Severity: finding.High,
		Title:    "Amazon Bedrock API key",
		About: "A bearer token for Amazon Bedrock: whoever has it runs models at your cost. A long-term key (ABSK) may never expire " +
			"and holds the account ID in plain base64.",
		Remedy:     "Delete the service-specific credential of the IAM user that the key names, then look at the account's Bedrock usage.",
		Source:     "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
		Matches:    bedrockMatches,
		NearMisses: bedrockNearMisses,
	}
	AppSyncAPIKey = &finding.Rule{
		ID:         "aws-appsync-api-key",
		Kind:       finding.Token,
		Severity:   finding.Medium,
		Title:      "AWS AppSync API key",
		About:      "The key of a GraphQL API in AppSync: whoever has it sends the queries that the API allows to key holders, for up to a year.",
		Remedy:     "Create a new API key, deploy it and delete this one. Use IAM or Cognito authorization where the data is not public.",
		Source:     "https://docs.aws.amazon.com/appsync/latest/APIReference/API_ApiKey.html",
		Matches:    appSyncMatches,
		NearMisses: appSyncNearMisses,
	}
	MWSToken = &finding.Rule{
		ID:         "aws-mws-auth-token",
		Kind:       finding.Token,
		Severity:   finding.Low, // the service ended on 31 March 2024
		Title:      "Amazon MWS authorization token",
		About:      "A seller's consent that a developer may act for them in Amazon Marketplace Web Service: orders, customers, payments.",
		Remedy:     "Remove it. The service ended in March 2024; its successor, the Selling Partner API, uses other tokens.",
		Source:     "https://docs.developer.amazonservices.com/en_US/dev_guide/DG_RequiredRequestParameters.html",
		Matches:    mwsMatches,
		NearMisses: mwsNearMisses,
	}
	SellingPartnerSecret = &finding.Rule{
		ID:         "amazon-lwa-client-secret",
		Kind:       finding.Token,
		Severity:   finding.High,
		Title:      "Login with Amazon client secret",
		About:      "The password of an application registered with Amazon, for instance for the Selling Partner API: with a seller's refresh token it reads orders and customers.",
		Remedy:     "Rotate the client secret in the developer console now; the old one expires some days later.",
		Source:     "https://developer-docs.amazon.com/sp-api/docs/application-management-api-v2023-11-30-use-case-guide",
		Matches:    sellingPartnerMatches,
		NearMisses: sellingPartnerNearMisses,
	}
	// UniqueID has the kind of a token for want of one for identifiers.
	UniqueID = &finding.Rule{
		ID:       "aws-unique-id",
		Kind:     finding.Token,
		Severity: finding.Low,
		Title:    "AWS unique ID that tells its account",
		About: "The ID of an IAM user, role, group, profile or policy. It is no credential, but those made in recent years carry the account ID, " +
			"and a resource policy turns the ID of a user or role back into its ARN, name included. Reported on request only.",
		Remedy:     "Treat it like the account ID: replace it by a placeholder in public documents and fixtures.",
		Guide:      "Scan for 12 digit AccountIDs (or GCP or Azure identifiers) in git repos and public documentation and presentations (slide-decks, screenshots).",
		Source:     uniqueIDs,
		Matches:    uniqueIDMatches,
		NearMisses: uniqueIDNearMisses,
	}
)
