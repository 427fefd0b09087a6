"""A run directory → one page. Texts and JSON alone are read, so that torch is never needed."""
