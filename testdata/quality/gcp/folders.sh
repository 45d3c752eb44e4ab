gcloud resource-manager folders list --organization=«organization»
gcloud projects create "$NAME" --folder=«folder»
