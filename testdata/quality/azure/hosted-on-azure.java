  final String url = "https://uat-credit-api.azurewebsites.net/api/Find/";
  String response = "{\"At\":\"2/2/2022 2:02:00 PM UTC\",\"SubscriptionID\":\"‹uuid›\",\"CallerIP\":\"10.1.1.1\"}";
  // cdn: https://files.azureedge.net/app.js
