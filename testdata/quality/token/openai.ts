const openai = new OpenAI({ apiKey: '«openai-key/openai-api-key»' })
const anthropic = new Anthropic({ apiKey: '«anthropic-key/anthropic-key»' })
