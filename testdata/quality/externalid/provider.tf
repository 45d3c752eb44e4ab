provider "aws" {
  assume_role {
    role_arn     = "arn:aws:iam::123456789012:role/deploy"
    session_name = "terraform"
    external_id  = "«uuid»"
  }
}
