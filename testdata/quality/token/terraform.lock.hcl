provider "registry.terraform.io/hashicorp/aws" {
  version = "5.31.0"
  hashes = [
    "h1:‹base64:43›=",
    "zh:‹hex:64›",
  ]
}
