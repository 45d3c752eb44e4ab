client = OpenAI(api_key="«model-key/deepseek-api-key»", base_url="https://api.deepseek.com")
