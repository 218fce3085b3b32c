"""Pairs of instruction and output, read from raw responses."""
