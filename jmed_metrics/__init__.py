"""The three scores of JMedLoRA, section 3.2.

The paper defines them for questions with one correct choice. For several it gives no rule:
``score`` says which reading is taken, ``readings`` has the others.

Strings in, numbers out: nothing here imports torch, lm_eval or touches a file.
"""

from jmed_metrics.floors import Floors, floors
from jmed_metrics.intervals import mean_interval, paired_interval, proportion_interval
from jmed_metrics.readings import Readings, chance_accuracy_any, other_readings
from jmed_metrics.score import Score, accuracy, exact_match, gestalt_score, score_response
from jmed_metrics.similarity import Nearest, gestalt, nearest

__all__ = [
    "Floors",
    "Nearest",
    "Readings",
    "Score",
    "accuracy",
    "chance_accuracy_any",
    "exact_match",
    "floors",
    "gestalt",
    "gestalt_score",
    "mean_interval",
    "nearest",
    "other_readings",
    "paired_interval",
    "proportion_interval",
    "score_response",
]

__version__ = "0.2.0"
