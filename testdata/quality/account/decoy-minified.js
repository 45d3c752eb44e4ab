!function(e,t){var n=4294967296,r=281474976710,i=0x‹digits:12›,o=1/‹digits:12›;t.exports=function(a){return a>‹digits:12›?n*a:r+"‹hex:18›‹digits:12›‹hex:2›"}}(0,module);
//# sourceMappingURL=data:application/json;base64,‹base64:30›‹digits:12›‹base64:30›
