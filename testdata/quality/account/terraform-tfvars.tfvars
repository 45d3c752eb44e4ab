# who we are
account_id     = "«account»"
environment    = "prod"
vpc_cidr       = "10.20.0.0/16"
log_account    = "«account»"
commit         = "‹hex:40›"
released       = "202401091745"
alarm_phone    = "+‹digits:12›"
