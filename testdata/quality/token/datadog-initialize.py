datadog.initialize(api_key='«datadog-key/datadog-api-key»',
                   app_key='«datadog-key/datadog-application-key-of-the-older-form»')
