provider "aws" {
  region     = var.region
  access_key = var.access_key
  secret_key = var.secret_key
}

resource "aws_iam_access_key" "deploy" {
  user    = aws_iam_user.deploy.name
  pgp_key = "keybase:someone"
}

output "secret" {
  value     = aws_iam_access_key.deploy.secret
  sensitive = true
}
