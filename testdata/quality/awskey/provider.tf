provider "aws" {
  region     = "eu-west-1"
  access_key = "«aws-id:AKIA»"
  secret_key = "«aws-secret»"
}
