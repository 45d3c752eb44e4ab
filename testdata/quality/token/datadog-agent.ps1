(gc D:\agents\Datadog\datadog.yaml) -replace 'api_key:', 'api_key: «datadog-key/datadog-api-key»' | sc D:\agents\Datadog\datadog.yaml
sed -i 's/api_key:.*/api_key: «datadog-key/datadog-api-key»/' /etc/datadog-agent/datadog.yaml
sed -i "s/api_key:.*/api_key: $DD_KEY/" /etc/datadog-agent/datadog.yaml
echo "checksum: ‹hex:32›" > /etc/datadog-agent/conf.d/datadog.yaml
