variable "trusted_account" {
  description = "Who may assume the role."
  type        = string
  default     = "«account»"
}

variable "max_object_size" {
  description = "Bytes, above which an upload is refused."
  type        = number
  default     = 107374182400
}

variable "shared_services" {
  type    = string
  default = "«account»" # shared services account
}
