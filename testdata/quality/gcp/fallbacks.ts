const project = process.env.GOOGLE_CLOUD_PROJECT || '«project»';
const other = process.env.GCP_PROJECT ?? process.env.GOOGLE_CLOUD_PROJECT;
// GCP_PROJECT_ID="${GCP_PROJECT_ID:-«project»}"
