package store

func client() *s3.S3 {
	creds := credentials.NewStaticCredentials("«aws-id:AKIA»", "«aws-secret»", "")
	return s3.New(session.Must(session.NewSession(&aws.Config{Credentials: creds})))
}
