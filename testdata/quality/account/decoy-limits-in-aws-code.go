package limits

// MaxObject is the largest object that S3 takes, in bytes.
const MaxObject = 549755813888

func clamp(sizeInBytes int64) int64 {
	if sizeInBytes > 137438953472 { // arn:aws:s3 has its own limit
		return 137438953472
	}
	return sizeInBytes
}
