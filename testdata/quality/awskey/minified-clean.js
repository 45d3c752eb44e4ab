!function(e){e.exports={AKIA:function(){return"AKIA"+e.id},secretAccessKey:function(t){return t.secretAccessKey||e.env.AWS_SECRET_ACCESS_KEY},hash:"‹base64:40›",chunk:"‹base62:40›"}}(window);
