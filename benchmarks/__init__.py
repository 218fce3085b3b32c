"""How fast the scores and the evaluation are, each against the plain way to do the same."""
