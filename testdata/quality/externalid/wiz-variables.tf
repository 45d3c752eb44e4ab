variable "external-id" {
  type    = string
  default = "«uuid»"
}

resource "aws_iam_role" "wiz" {
  name = "WizAccess"
}
