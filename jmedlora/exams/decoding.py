"""Decoding settings that mean the same to every model, whatever the command line changes."""

import logging
from functools import wraps
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.exams.lm_eval_run import run_option, without_cache

LIMIT = "max_gen_toks"
"""The most tokens of an answer, as lm-eval calls them."""
logger = logging.getLogger(__name__)


class Decoding(dict[str, Any]):
    """``generation_kwargs`` in which null leaves a setting out and do_sample=False is greedy.

    lm-eval merges ``--gen_kwargs`` into a task's settings with ``update`` and has no way to remove
    one. But OpenAI's protocol knows no ``repetition_penalty``, and servers that follow it to the
    letter refuse the request: ``--gen_kwargs '{"repetition_penalty": null}'`` is for them. And
    lm-eval's models behind a server drop ``do_sample`` but send the temperature: without the second
    rule, a run that was asked to be greedy would sample there.

    room: the most tokens that the model's context leaves for an answer; None: not known. A limit
    above it is lowered: lm-eval would cut the prompts for it, or end with a traceback.
    """

    room: int | None = None

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As ``dict.update``, then drops what is None and, without sampling, what only it needs."""
        super().update(*args, **kwargs)
        if self.get("do_sample") is False:
            super().update(temperature=0.0, top_p=None, top_k=None)
        for key in [key for key, value in self.items() if value is None]:
            del self[key]
        limit = self.get(LIMIT)
        if self.room is not None and isinstance(limit, int):
            self[LIMIT] = min(limit, self.room)

    def leave(self, room: int, exam: str, *, holds: bool) -> None:
        """Lowers the limit to ``room``, and says so if more was asked for.

        holds: whether ``--gen_kwargs`` can set no higher one; otherwise the prompts are cut.
        """
        wanted = _given_limit()
        if room < (self[LIMIT] if wanted is None else wanted):
            message = "%s: the model's context leaves %d tokens for an answer, thinking included"
            logger.warning(message, exam, room)
        self[LIMIT] = min(self[LIMIT], room)
        self.room = room if holds else None


def _given_limit() -> int | None:
    limit = (run_option("gen_kwargs") or {}).get(LIMIT)
    return limit if isinstance(limit, int) else None


def check_room(exam: str, context: int) -> None:
    """Raises UserError if ``--gen_kwargs`` leaves no token of ``context`` for a prompt."""
    limit = _given_limit()
    if limit is not None and limit >= context:
        raise UserError(
            f"{exam}: --gen_kwargs {LIMIT}={limit} leaves no room for a prompt in the model's "
            f"context of {context} tokens; give a lower one"
        )


def leave_temperature_to_server(model: Any) -> bool:
    """Has ``model`` send no temperature where a task gives none; whether it is behind a server.

    lm-eval sends 0 then, and a reasoning model that is decoded greedily loops. Without one, a
    server takes the model's own settings. Other tasks of the run are left alone: their settings are
    no ``Decoding``.
    """
    asked = without_cache(model)
    create = getattr(asked, "_create_payload", None)
    if create is None:
        return False

    @wraps(create)
    def create_payload(
        *args: Any, gen_kwargs: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        none_given = isinstance(gen_kwargs, Decoding) and "temperature" not in gen_kwargs
        payload: dict[str, Any] = create(*args, gen_kwargs=gen_kwargs, **more)
        return {k: v for k, v in payload.items() if not (none_given and k == "temperature")}

    asked._create_payload = create_payload
    return True
