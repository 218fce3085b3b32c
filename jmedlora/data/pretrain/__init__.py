"""Pretraining texts from one's own documents: cut to the length of a row, each text once."""
