#!/bin/sh
gcloud config set project «project=p»
gcloud run deploy api --project «=p» --region europe-west1
gsutil cp dist/* gs://assets/
