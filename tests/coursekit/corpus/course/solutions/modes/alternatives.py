# every case of the corpus is an answer of its own
