"""The programs of this project, in the order in which a user meets them."""

from jmedlora.data.cli import PROGRAM as JMED_DATA
from jmedlora.report.cli import PROGRAM as JMED_REPORT
from jmedlora.train.cli import PROGRAM as JMED_TRAIN

PROGRAMS = (JMED_DATA, JMED_TRAIN, JMED_REPORT)
