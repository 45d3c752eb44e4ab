data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["«aws-random:24»"]
    }
  }
}
