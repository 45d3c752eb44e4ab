project_id      = "«project»"
billing_account = "«billing»"
org_id          = "«organization»"
region          = "europe-west1"
