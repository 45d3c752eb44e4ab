const firebaseConfig = {
  apiKey: "«apikey»",
  authDomain: "«project=p».firebaseapp.com",
  databaseURL: "https://«=p».firebaseio.com",
  projectId: "«=p»",
  storageBucket: "«=p».appspot.com",
  messagingSenderId: "«number=n»",
  appId: "1:«=n»:web:‹hex:22›"
};
