data "aws_ami" "base" {
  most_recent = true
  owners      = ["self", "«account»"]

  filter {
    name   = "name"
    values = ["golden-image-202311031115-*"]
  }
}

resource "aws_instance" "web" {
  ami           = data.aws_ami.base.id
  instance_type = "t3.small"
  user_data     = "‹base64:64›"
}
