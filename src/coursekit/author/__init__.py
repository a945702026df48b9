"""For those who write topics: a first version from templates, and all that is asked of one topic."""
