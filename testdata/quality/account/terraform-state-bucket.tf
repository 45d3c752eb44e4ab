terraform {
  backend "s3" {
    bucket         = "acme-terraform-state-«account»"
    key            = "network/terraform.tfstate"
    region         = "us-east-2"
    dynamodb_table = "terraform-locks"
  }
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.40" }
  }
}
