"""The exams: their questions, where they lie, how they are asked and scored."""
