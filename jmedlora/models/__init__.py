"""Looking at a model's folder before the model is used. Nothing is loaded or fetched."""
