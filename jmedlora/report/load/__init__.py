"""Reading runs: results files, samples, labels, and what lies beside a trained model."""
