"""Migrations, newest first; run by the deploy of the AWS account."""

MIGRATIONS = [
    "202401151030",
    "202312110915",
    "202311061745",
]
revision = "202401151030"
down_revision = "202312110915"
created_at = 202310091200
