"""Personal data in documents and training files: found, reported and replaced."""
