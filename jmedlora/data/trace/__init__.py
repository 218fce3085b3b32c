"""Which pairs, training files, runs, models and results saw a document."""
