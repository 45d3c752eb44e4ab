const admin = createClient('https://‹lower:20›.supabase.co', '«supabase-token/supabase-secret-key»')
const anon = '‹jwt:HS256/anon›'
