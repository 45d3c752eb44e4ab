resource "google_folder" "prod" {
  display_name = "prod"
  parent       = "organizations/«organization»"
}

resource "google_project" "app" {
  name            = "app"
  folder_id       = "folders/«folder»"
  billing_account = "«billing»"
}
