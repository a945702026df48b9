"""What the chapter asserts, each sentence bound to an experiment."""
