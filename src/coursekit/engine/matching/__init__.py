"""Which cell of a submission answers which question, and the executed notebook that comes of it."""
