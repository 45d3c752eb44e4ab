flow = Flow.from_client_config({"web": {"client_id": "«clientid»", "client_secret": "«gocspx»"}}, scopes=SCOPES)
