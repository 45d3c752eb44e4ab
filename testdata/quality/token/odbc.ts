export const dsn = `postgres://${user}:${encodeURIComponent(pass)}@${host}:5432/shop`
export const local = 'mysql://root:root@127.0.0.1:3306/test'
