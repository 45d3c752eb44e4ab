<?php $sendgrid = new \SendGrid('«sendgrid-key/sendgrid-api-key»');
