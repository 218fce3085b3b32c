"""What every room uses: errors, files, text on a terminal. It knows nothing of medicine."""
