export const vapidPublicKey = 'B‹base64url:86›'
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI‹base64:43› ci@nordlicht'
