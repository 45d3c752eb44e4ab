package awskey

import "github.com/deputy-sec/deputy/scanner/finding"

// The examples of the rules: texts that must be found, and texts that look
// alike and must not. Values are made when the examples run, by Shapes.

type examples = []finding.Example

var accessKeyIDMatches = examples{
	{Name: "in-an-environment-file", Text: "AWS_ACCESS_KEY_ID=«aws-id:AKIA»\n"},
	{Name: "made-before-2019", Text: "aws_access_key_id = «aws-old-id:AKIA»\n"},
	{Name: "temporary", Text: `{"AccessKeyId": "«aws-id:ASIA»", "Expiration": "2024-05-01T00:00:00Z"}`},
	{Name: "escaped-for-json", Text: `"line": "creds\n«aws-id:AKIA»\nend"`},
	{Name: "escaped-for-a-url", Text: "https://example.com/?next=AWSAccessKeyId%3D«aws-id:AKIA»%26x%3D1"},
	{Name: "in-a-credential-scope", Text: "Authorization: AWS4-HMAC-SHA256 Credential=«aws-id:ASIA»/20240501/us-east-1/s3/aws4_request"},
	{Name: "in-code", Text: `creds := credentials.NewStaticCredentials("«aws-id:AKIA»", os.Getenv("SECRET"), "")`},
	{Name: "in-an-s3-url", Text: "backup_target: s3://«aws-id:AKIA»:${SECRET}@bucket/path"},
	{Name: "bearer-token-of-sts", Text: "key: «aws-id:ABIA»\n"},
}

var accessKeyIDNearMisses = examples{
	{Name: "of-aws-documentation", Text: "aws_access_key_id = AKIAIOSFODNN7EXAMPLE"},
	{Name: "of-aws-documentation-with-another-end", Text: "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXA" + "M" + "AAA"},
	{Name: "crossed-out", Text: "AWS_ACCESS_KEY_ID=AKIAXXXXXXXXXXXXXXXX"},
	{Name: "counting", Text: "AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP"},
	{Name: "not-base32", Text: "AWS_ACCESS_KEY_ID=AKIA1234567890123456"},
	{Name: "a-person-wrote-it", Text: "AWS_ACCESS_KEY_ID=AKIAI" + "FAKEKEYFORTEST7"},
	{Name: "tells-an-impossible-account", Text: "AWS_ACCESS_KEY_ID=‹aws-bad-id:AKIA›"},
	{Name: "begins-like-none-of-aws", Text: "AWS_ACCESS_KEY_ID=AKIAB‹base32:15›"},
	{Name: "too-long", Text: "id = ‹aws-id:AKIA›Q"},
	{Name: "inside-a-longer-word", Text: "x = ‹base64:60›‹aws-id:AKIA›‹base64:60›"},
	{Name: "in-words-of-capitals", Text: "TODAY IN ASIA THERE ARE ASIAINTERNATIONALTRADING FAIRS"},
	{Name: "a-pattern", Text: "regex = `AKIA[0-9A-Z]{16}`"},
	{Name: "a-reference", Text: "AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}"},
}

var secretMatches = examples{
	{Name: "in-a-credentials-file", Text: "[default]\naws_access_key_id = ‹aws-id:AKIA›\naws_secret_access_key = «aws-secret»\n"},
	{Name: "name-alone", Text: "export AWS_SECRET_ACCESS_KEY=\"«aws-secret»\"\n"},
	{Name: "camel-case-in-json", Text: `{"awsSecretAccessKey":"«aws-secret»"}`},
	{Name: "escaped-json-in-json", Text: `{"body": "{\"secretAccessKey\":\"«aws-secret»\"}"}`},
	{Name: "value-on-the-next-line", Text: "- name: AWS_SECRET_ACCESS_KEY\n  value: «aws-secret»\n"},
	{Name: "ecs-task-definition", Text: "{\n  \"name\": \"AWS_SECRET_ACCESS_KEY\",\n  \"value\": \"«aws-secret»\"\n}"},
	{Name: "hadoop-configuration", Text: "<name>fs.s3a.secret.key</name>\n<value>«aws-secret»</value>"},
	{Name: "csv-of-the-console", Text: "Access key ID,Secret access key\n‹aws-id:AKIA›,«aws-secret»\n"},
	{Name: "arguments-of-a-call", Text: `credentials.NewStaticCredentials("‹aws-id:AKIA›", "«aws-secret»", "")`},
	{Name: "before-its-key-id", Text: "secret=\"«aws-secret»\"\nkey=\"‹aws-old-id:AKIA›\"\n"},
	{Name: "in-an-s3-url", Text: "s3://‹aws-id:AKIA›:«aws-secret»@bucket/path"},
	{Name: "prose", Text: "Secret Access Key: «aws-secret»"},
	{Name: "aws-near-by", Text: "provider: s3\nbucket: backup\nsecret_key: «aws-secret»\n"},
	{Name: "in-go", Text: "const awsSecret = `«aws-secret»`"},
	{Name: "password-beside-its-user", Text: "user: ‹aws-id:AKIA›\npassword: «aws-secret»\n"},
	{Name: "several-pairs", Text: "‹aws-id:AKIA› «aws-secret»\n‹aws-id:AKIA› «aws-secret»\n‹aws-id:ASIA› «aws-secret»\n"},
}

var secretNearMisses = examples{
	{Name: "of-aws-documentation", Text: "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
	{Name: "of-another-name", Text: "env:\n  AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n  RECAPTCHA_SITE_KEY: ‹aws-secret›\n"},
	{Name: "a-git-sha", Text: "aws_access_key_id = ‹aws-id:AKIA›\nsecret_commit = ‹hex:40›"},
	{Name: "a-sha-in-capitals", Text: "AWS_SECRET_ACCESS_KEY_REVISION = 0123456789ABCDEF0123456789ABCDEF01234567"},
	{Name: "a-path", Text: "aws secret: /services/storage2/AccessKeys/AwsSecrets"},
	{Name: "an-identifier", Text: "func TestAwsSecretAccessKeyRotationOfTheUser1(t *testing.T)"},
	{Name: "a-name-of-forty", Text: "aws_secret_name: ProductionDatabaseMasterUserCredential12"},
	{Name: "another-token-beside-a-key", Text: "key=‹aws-id:AKIA› session_token=‹aws-secret›"},
	{Name: "a-client-secret-of-others", Text: "client_secret: ‹aws-secret›"},
	{Name: "github-client-secret-near-aws", Text: "aws_region: eu-west-1\ngithub_client_secret: ‹aws-secret›"},
	{Name: "longer-than-forty", Text: "AWS_SECRET_ACCESS_KEY=‹aws-opaque:44›"},
	{Name: "shorter-than-forty", Text: "AWS_SECRET_ACCESS_KEY=‹aws-opaque:36›"},
	{Name: "padded-base64", Text: "aws_secret_blob = ‹base62:40›="},
	{Name: "integrity-of-a-lockfile", Text: "integrity sha512-‹base64:86›== // aws secret"},
	{Name: "a-reference", Text: "aws_secret_access_key = ${var.aws_secret_access_key_for_production_use}"},
	{Name: "crossed-out", Text: "AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
	{Name: "counting", Text: "AWS_SECRET_ACCESS_KEY=abcdefghij0123456789ABCDEFGHIJ0123456789"},
	{Name: "camel-case-beside-a-secret", Text: "`OrdersV2IamApiKeyDefaultSecretRevealedEvent`, `OrdersV2IamApiKeyPermissionsRemovedEvent`"},
	{Name: "secret-in-another-name-of-the-line", Text: "`IamKeyDefaultSecretRevealed`, ‹aws-secret›"},
	{Name: "secret-key-of-another-service", Text: "accessKey := \"‹hex:20›\"\nsecretKey := \"‹aws-secret›\""},
	{Name: "another-name-beside-a-key-id", Text: "Action=ChangeVisibility&ReceiptHandle=‹aws-secret›\n&AWSAccessKeyId=‹aws-id:AKIA›"},
	{Name: "arn-of-a-secret", Text: "arn:aws:secretsmanager:us-east-1:123456789012:secret:Prod/Database/Master/Credential-a1B2c3"},
}

var sessionTokenMatches = examples{
	{Name: "in-an-environment-file", Text: "AWS_SESSION_TOKEN=«aws-token»\n"},
	{Name: "of-2015", Text: `"Token" : "«aws-token:old»",`},
	{Name: "without-a-name", Text: "curl -H 'x-token: «aws-token»' http://localhost"},
	{Name: "of-unknown-make", Text: "aws_session_token = «aws-opaque:300»\n"},
	{Name: "in-a-header", Text: "X-Amz-Security-Token: «aws-token»\r\n"},
}

var sessionTokenNearMisses = examples{
	{Name: "of-aws-documentation", Text: "aws_session_token = IQoJb3JpZ2luX2Vj" + "EXAMPLETOKEN"},
	{Name: "of-aws-documentation-in-full", Text: "aws_session_token=AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="},
	{Name: "cut-short", Text: "AWS_SESSION_TOKEN=IQoJb3JpZ2luX2Vj..."},
	{Name: "a-reference", Text: "aws_session_token = ${AWS_SESSION_TOKEN}"},
	{Name: "of-another-maker", Text: "session_token = ‹aws-opaque:300›"},
	{Name: "a-json-web-token", Text: "AWS_SESSION_TOKEN=eyJ‹aws-opaque:120›.eyJ‹aws-opaque:200›.‹aws-opaque:43›"},
	{Name: "part-of-a-signed-url", Text: "https://b.s3.amazonaws.com/k?X-Amz-Credential=‹aws-id:ASIA›%2F20240501%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=‹aws-token›&X-Amz-Signature=‹hex:64›"},
	{Name: "an-image", Text: "data:image/png;base64,‹base64:4000›"},
}

const signed = "%2F20240501%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20240501T101112Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host"

var presignedURLMatches = examples{
	{Name: "version-4", Text: "curl '«url4»'"},
	{Name: "in-escaped-json", Text: `{"url":"«url4json»"}`},
	{Name: "in-html", Text: `<a href="«url4html»">`},
	{Name: "in-markdown", Text: "[download](«url4»)"},
	{Name: "version-2", Text: "see <«url2»>"},
	{Name: "without-a-host", Text: "GET «path4» HTTP/1.1"},
}

var presignedURLNearMisses = examples{
	{Name: "of-aws-documentation", Text: "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE" + signed + "&X-Amz-Signature=‹hex:64›"},
	{Name: "a-signature-left-out", Text: "https://b.s3.amazonaws.com/k?X-Amz-Credential=‹aws-id:AKIA›" + signed + "&X-Amz-Signature=<signature-value>"},
	{Name: "of-another-store", Text: "http://localhost:9000/b/k?X-Amz-Credential=minioadmin" + signed + "&X-Amz-Signature=‹hex:64›"},
	{Name: "in-code", Text: `q.Set("X-Amz-Signature", hex.EncodeToString(sum))`},
	{Name: "a-name-and-a-digest", Text: "X-Amz-Signature=‹hex:64›"},
	{Name: "a-list-of-parameters", Text: "AWSAccessKeyId&Signature&Expires=1893456000"},
	{Name: "key-file-of-the-root-user", Text: "AWSAccessKeyId=‹aws-id:AKIA›\nAWSSecretKey=‹aws-secret›\n"},
}

var signinTokenMatches = examples{
	{Name: "in-a-url", Text: "https://signin.aws.amazon.com/federation?Action=login&Issuer=x&Destination=https%3A%2F%2Fconsole.aws.amazon.com%2F&SigninToken=«aws-opaque:500»"},
	{Name: "answer-of-the-endpoint", Text: `{"SigninToken":"«aws-opaque:500»"}`},
	{Name: "answer-with-spaces", Text: `{"SigninToken": "«aws-opaque:500»"}`},
}

var signinTokenNearMisses = examples{
	{Name: "a-reference", Text: `"&SigninToken=" + signin_token["SigninToken"]`},
	{Name: "a-placeholder", Text: "https://signin.aws.amazon.com/federation?Action=login&SigninToken=VALUE_OF_YOUR_TOKEN"},
	{Name: "of-aws-documentation", Text: "SigninToken=VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc-SHwnUUWabcRdnWsi4DBn-dvCCZ85wrD0nmldUcZEXAMPLE-vXYH4Q__mleuF_W2BE5HYexbe9y4Of-kje53SsjNNecATfjIzpW1WibbnH6YcYRiBoffZBGExbEXAMPLE5aiKX4THWjQKC6gg6alHu6JFrnOJoK3dtP6I9a6hi6yPgmiOkPZMnNGmhsvVxetKzr8mx3pxhHbMEXAMPLETv1pij0rok3IyCR2YVcIjqwfWv32HU2Xlj471u3fU6uOfUComeKiqTGX974xzJOZbdmX_t_lLrhEXAMPLE"},
	{Name: "a-type", Text: "SigninToken: string // base64url"},
}

var bedrockMatches = examples{
	{Name: "long-term", Text: "AWS_BEARER_TOKEN_BEDROCK=«aws-bedrock»"},
	{Name: "short-term", Text: `token = "«aws-sts-key»"`},
}

var bedrockNearMisses = examples{
	{Name: "of-other-scanners", Text: "ABSKQmVkcm9ja0FQSUtleS1EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXM="},
	{Name: "random-base64", Text: "ABSK‹base64:128›"},
	{Name: "inside-base64", Text: "‹base64:40›‹aws-bedrock›"},
	{Name: "a-name", Text: "bedrock-api-key-rotation-for-the-production-account-of-the-team"},
	{Name: "a-reference", Text: "AWS_BEARER_TOKEN_BEDROCK=$BEDROCK_API_KEY"},
}

var appSyncMatches = examples{
	{Name: "amplify-configuration", Text: `"aws_appsync_apiKey": "«appsync»",`},
	{Name: "a-header", Text: "x-api-key: «appsync»"},
}

var appSyncNearMisses = examples{
	{Name: "crossed-out", Text: "x-api-key: da2-xxxxxxxxxxxxxxxxxxxxxxxxxx"},
	{Name: "amplify-mock", Text: "api_key = da2-fakeApiId123456"},
	{Name: "too-long", Text: "da2-‹lower:20›‹digits:20›"},
	{Name: "part-of-a-name", Text: "panda2-‹lower:20›‹digits:6›"},
	{Name: "a-uuid", Text: "‹hex:5›da2-‹hex:4›-‹hex:12›"},
}

var mwsMatches = examples{
	{Name: "authorization-token", Text: `MWSAuthToken=«mws»`},
	{Name: "seller-configuration", Text: `{"seller": {"token": "«mws»"}}`},
}

var mwsNearMisses = examples{
	{Name: "a-placeholder", Text: "MWSAuthToken=amzn.mws.4ea38b7b-f563-7709-4bae-87aeaEXAMPLE"},
	{Name: "of-zeros", Text: "amzn.mws.00000000-0000-0000-0000-000000000000"},
	{Name: "a-pattern", Text: `amzn\.mws\.[0-9a-f]{8}`},
}

var sellingPartnerMatches = examples{
	{Name: "client-secret", Text: `LWA_CLIENT_SECRET=«lwa»`},
}

var sellingPartnerNearMisses = examples{
	{Name: "a-client-id", Text: "amzn1.application-oa2-client.‹hex:32›"},
	{Name: "a-placeholder", Text: "amzn1.oa2-cs.v1.xxxxxxxxxxxxxxxx"},
	{Name: "too-long", Text: "‹lwa›0"},
}

var uniqueIDMatches = examples{
	{Name: "principal-of-a-policy", Text: `"Principal": {"AWS": "«aws-id:AROA»"}`},
	{Name: "principal-id-with-a-session", Text: `"principalId": "«aws-id:AROA»:i-0abc",`},
	{Name: "user-id-in-json", Text: `"UserId":"«aws-id:AIDA»"`},
}

var uniqueIDNearMisses = examples{
	{Name: "of-aws-documentation", Text: `"UserId": "AIDACKCEVSQ6C2EXAMPLE"`},
	{Name: "tells-nothing", Text: `"RoleId": "‹aws-old-id:AROA›"`},
	{Name: "in-base64", Text: "‹base64:30›‹aws-id:AROA›‹base64:30›"},
	{Name: "a-word", Text: "AIDANDTHEIRFRIENDSHERE"},
}
