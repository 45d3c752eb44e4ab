<?php
$mailchimp = new MailChimp('«mail-key/mailchimp-api-key»');
$listId = '‹hex:10›';
