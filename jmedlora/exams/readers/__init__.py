"""One module for each form in which an exam is published or written."""
