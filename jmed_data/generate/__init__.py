"""``jmed-data generate``: instruction data from one's own documents, through a server."""
