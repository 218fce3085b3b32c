"""The three scores of JMedLoRA, section 3.2, exactly as the paper defines them.

Strings in, numbers out: nothing here imports torch, lm_eval or touches a file.
"""

from jmed_metrics.floors import Floors, floors
from jmed_metrics.intervals import mean_interval, paired_interval, proportion_interval
from jmed_metrics.score import Score, accuracy, exact_match, gestalt_score, score_response
from jmed_metrics.similarity import Nearest, gestalt, nearest

__all__ = [
    "Floors",
    "Nearest",
    "Score",
    "accuracy",
    "exact_match",
    "floors",
    "gestalt",
    "gestalt_score",
    "mean_interval",
    "nearest",
    "paired_interval",
    "proportion_interval",
    "score_response",
]

__version__ = "0.1.0"
