# who may assume the role: the monitoring and our own deployment
principals = [
  "arn:aws:iam::464622532012:root",
  "arn:aws:iam::«account»:root",
]
datadog_account_id = var.gov ? "‹account›" : "464622532012"
deployment_account_id = "«account»"
