@patch("google.cloud.monitoring_v3.MetricServiceClient")
def test_metric_without_alert(client):
    project_id_1 = "project-with-monitoring"
    project_id_2 = "second-central-audit"
    assert run(project_id_1) == [project_id_2]
