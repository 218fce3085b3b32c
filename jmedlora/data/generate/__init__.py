"""Raw responses from one's own documents, through a model's server."""
