"""Canaries: random marked records in a training file, to measure what a model learns by heart."""
