"""What lm-eval does not hand to the functions of a task: its model, and the task itself.

lm-eval makes the model before it loads the tasks, and calls a task's functions out of the task.
Both are found among the variables of lm-eval's own functions, further up the stack.
"""

import inspect
from typing import Any

from lm_eval.api.model import LM, CachingLM

from jmedlora.core.errors import UserError


def asked_model() -> Any:
    """The model of the lm-eval run out of which this is called; None where there is none."""
    return _on_stack(LM, CachingLM)


def running_task() -> Any:
    """The task of lm-eval out of which this is called; None where there is none."""
    from lm_eval.api.task import Task  # two seconds, which the reports need not wait

    return _on_stack(Task)


def without_cache(model: Any) -> Any:
    """The model itself, where lm-eval wraps it in the cache of ``--use_cache``."""
    return model.lm if isinstance(model, CachingLM) else model


def check_messages(model: Any) -> None:
    """Raises UserError if ``model`` takes messages and lm-eval will send it none.

    lm-eval itself ends with a traceback, after three tries.
    """
    kinds = type(without_cache(model)).__mro__
    is_chat = any(each.__name__ == "LocalChatCompletion" for each in kinds)
    if is_chat and not run_option("apply_chat_template"):
        raise UserError("--model local-chat-completions takes messages: add --apply_chat_template")


def chosen_documents(task: Any) -> int | None:
    """How many of the task's questions ``--samples`` chose; None where it was not given.

    lm-eval's results do not tell: they count the whole task.
    """
    samples = run_option("samples")
    chosen = samples.get(task.config.task) if isinstance(samples, dict) and task else None
    return None if chosen is None else len(set(chosen))


def run_option(name: str) -> Any:
    """What lm-eval was told of the whole run, such as "samples"; None where nothing was."""
    frame = inspect.currentframe()
    while frame and frame.f_code.co_name != "simple_evaluate":
        frame = frame.f_back
    return frame.f_locals.get(name) if frame else None


def _on_stack(*types: type) -> Any:
    frame = inspect.currentframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, types):
                return value
        frame = frame.f_back
    return None
