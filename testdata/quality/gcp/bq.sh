bq query --project_id=«project» --use_legacy_sql=false < report.sql
bq mk --dataset my-project:events
