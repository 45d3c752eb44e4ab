docsearch({
  appId: '‹upper:10›',
  apiKey: '‹hex:32›',
  indexName: 'nordlicht',
  container: '#docsearch', // Algolia search-only key, public on purpose
})
