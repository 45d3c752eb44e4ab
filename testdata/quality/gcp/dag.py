load = BigQueryInsertJobOperator(task_id="load", project_id="«project»", location="EU", configuration=conf)
