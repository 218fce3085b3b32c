"""``jmed-data describe``: what a training file holds, before it costs hours."""
