<?php
return [
    's3' => [
        'key'    => '«aws-id:AKIA»',
        'secret' => '«aws-secret»',
        'region' => 'us-east-1',
    ],
    'app_key' => 'base64:‹base64:43›=',
];
