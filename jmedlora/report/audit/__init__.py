"""The readings of a run, each beside its text, so that a person can check the reader."""
