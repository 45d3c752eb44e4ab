window.intercomSettings = {
  app_id: '‹lower:8›',
  external_id: '‹uuid›',
  email: user.email,
}
