"""Which pairs are used, and the files that are made of them."""
