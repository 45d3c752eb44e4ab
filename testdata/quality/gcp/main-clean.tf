provider "google" {
  project = var.project_id
  region  = "europe-west1"
}

resource "google_service_account" "ci" {
  account_id = "ci-deployer"
  project    = var.project_id
}

module "project" {
  source  = "terraform-google-modules/project-factory/google"
  version = "~> 14.0"
}
