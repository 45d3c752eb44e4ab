resource "google_folder" "prod" {
  display_name = "prod"
  parent       = "organizations/«account»"
}

resource "google_project" "app" {
  name            = "app"
  folder_id       = "folders/«account»"
  billing_account = "«billing»"
}
