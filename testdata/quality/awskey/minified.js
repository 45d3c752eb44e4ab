!function(e){var t={accessKeyId:"«aws-id:AKIA»",secretAccessKey:"«aws-secret»",region:"us-east-1"};e.AWS.config.update(t);var n="‹hex:40›",r="‹base64:40›"}(window);
