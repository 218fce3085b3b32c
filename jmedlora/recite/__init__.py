"""What a model is asked to recite: its training records, held-out ones beside them, canaries."""
