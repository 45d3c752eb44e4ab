const firebaseConfig = {
  apiKey: "AIza‹base62:35›",
  authDomain: "demo.firebaseapp.com",
  projectId: "demo",
  messagingSenderId: "‹digits:12›",
  appId: "1:‹digits:12›:web:‹hex:22›",
};
