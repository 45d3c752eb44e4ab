data "aws_iam_policy_document" "replication" {
  statement {
    actions = ["s3:ReplicateObject"]
    principals {
      type = "AWS"
      identifiers = [
        "«account»", # Production
        "«account»", # Staging
      ]
    }
    resources = ["${aws_s3_bucket.this.arn}/*"]
  }
}
