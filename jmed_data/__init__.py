"""Exams and training data: where they lie, what is wrong with them, how to fetch them."""
