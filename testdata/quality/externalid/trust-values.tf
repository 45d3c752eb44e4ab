condition {
  test     = "StringEquals"
  variable = "sts:ExternalId"
  values   = ["«uuid»", "«aws-random:20»"]
}
