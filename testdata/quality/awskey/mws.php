define('MWS_AUTH_TOKEN', '«mws»');
define('MERCHANT_ID', 'A‹upper:13›');
