Sentry.init({ dsn: 'https://‹hex:32›@o‹digits:6›.ingest.sentry.io/‹digits:7›', release: '‹hex:40›' })
