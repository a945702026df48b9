"""What the chapter asserts about the lens and about testing it, each sentence bound to an experiment."""
