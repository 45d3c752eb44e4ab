variable "external_id" {
  description = "External ID that the vendor gave us"
  type        = string
}

variable "datadog_external_id" {
  type    = string
  default = "«hex:32»"
}
