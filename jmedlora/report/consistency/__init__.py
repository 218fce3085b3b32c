"""Whether a model answers or guesses: the same questions with permuted choices."""
