provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.31.0"
  constraints = "~> 5.0"
  hashes = [
    "h1:‹base64:43›=",
    "zh:‹hex:20›‹digits:12›‹hex:32›",
    "zh:‹digits:12›‹hex:52›",
    "zh:‹hex:52›‹digits:12›",
  ]
}
