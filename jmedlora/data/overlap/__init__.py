"""Exam questions in training text: what is found, what is written, what is left out."""
