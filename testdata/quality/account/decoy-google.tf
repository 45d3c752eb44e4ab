data "google_project" "p" {}

resource "google_project_iam_member" "build" {
  project = "projects/‹digits:12›"
  role    = "roles/editor"
  member  = "serviceAccount:‹digits:12›-compute@developer.gserviceaccount.com"
}

variable "folder_id" { default = "folders/‹digits:12›" }
variable "org_id" { default = "organizations/‹digits:12›" }
variable "project_number" { default = "‹digits:12›" }
output "client" { value = "‹digits:12›-‹lower:32›.apps.googleusercontent.com" }
