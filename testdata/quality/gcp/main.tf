provider "google" {
  project = "«project=p»"
  region  = "europe-west1"
}

resource "google_project_iam_member" "ci" {
  project = "«=p»"
  role    = "roles/run.admin"
  member  = "serviceAccount:«address»"
}
