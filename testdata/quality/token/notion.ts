const notion = new Client({ auth: '«notion-token/notion-integration-token»' })
const page = '‹hex:32›'
