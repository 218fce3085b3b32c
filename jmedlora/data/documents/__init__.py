"""Documents of one's own: found, read whatever their type and encoding, and cut into chunks."""
