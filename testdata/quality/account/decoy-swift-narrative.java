   // narrative of a statement in the test environment
   a = "REF ‹account›","BANCA DEL TEST",
   b = "PROD REF ‹account›",
