"""Training data: read, counted, made from documents, and searched for exam questions."""
