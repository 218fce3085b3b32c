"""The national examination: marks, points and each year's verdict."""
