const openai = new OpenAI({ apiKey: process.env.OPENAI_API_KEY })
const model = 'ft:gpt-3.5-turbo-0125:acme::‹base62:8›'
// apiKey: 'sk-...', see https://platform.openai.com; the class sk-fading-circle is a spinner
const run = 'run_‹base62:24›'
