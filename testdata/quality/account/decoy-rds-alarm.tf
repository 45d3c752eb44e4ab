resource "aws_cloudwatch_metric_alarm" "storage" {
  alarm_name          = "freestoragespace"
  namespace           = "AWS/RDS"
  comparison_operator = "LessThanThreshold"
  threshold           = "536870912000"
  period              = 300
}
