locals {
  account_name   = "sandbox"
  aws_account_id = "«account»"
  aws_profile    = "acme-sandbox"
}
