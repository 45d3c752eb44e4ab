data "aws_ami" "ubuntu" {
  owners = ["099720109477"] # Canonical
}

resource "aws_s3_bucket_policy" "logs" {
  policy = jsonencode({ Statement = [{ Principal = { AWS = "arn:aws:iam::127311923021:root" } }] })
}
