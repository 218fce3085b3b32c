"""Pairs of instruction and output, read from raw responses, and the files made of them."""
