"""JMedLoRA made current: exams, training data, the recipes' plugin, reports.

CONTRIBUTING.md names the rooms and the way data flows through them.
"""
