"""From lm-eval's result files to numbers that can be defended."""
