"""What a model recites of its training data: from the runs of the recite tasks to one page."""
