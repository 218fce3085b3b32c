"""From lm-eval's results files to numbers that can be defended."""
