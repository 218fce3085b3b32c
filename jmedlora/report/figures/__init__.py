"""Learning curves: scores against training steps."""
