"""make offline-bundle: what is carried to a machine without a network, and how it is made."""
