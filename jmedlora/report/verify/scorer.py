"""By which code a task was scored: this one, or another one."""

import inspect

from jmedlora.exams.scoring_code import scoring_code_hash
from jmedlora.report.load.results import TaskResult
from jmedlora.report.load.signature import signature
from jmedlora.report.verify.difference import shown_hash


def other_scorer(result: TaskResult) -> str:
    """How the code that scored a task is told from this one; "" where it is this one.

    A results file says by which code its answers were scored. Nothing proves it.
    """
    here = scoring_code_hash()
    line = signature(result)
    if result.data.code != here:
        return f"code:{line.code} of jmedlora {line.jmed}, here code:{shown_hash(here)}"
    if result.config.process_results != inspect.getsource(result.protocol.score):
        return f"scorer:{line.scorer}, a scoring function of its own"
    return ""
