var icons={"a":"data:font/woff2;base64,d09GMgABAAAAA‹base64:600›","b":"‹base64:200›AIza‹base64:100›"};
