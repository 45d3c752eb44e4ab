locals {
  region = "eu-west-1"

  accounts = {
    dev     = "«account»"
    staging = "«account»"
    prod    = "«account»"
  }

  retention_days = 30
  built_at       = "202403151230"
}

provider "aws" {
  region              = local.region
  allowed_account_ids = [local.accounts[terraform.workspace]]
}
