"""Decoding settings that mean the same to every model, whatever the command line changes."""

from functools import wraps
from typing import Any

from jmedlora.exams.lm_eval_run import without_cache


class Decoding(dict[str, Any]):
    """``generation_kwargs`` in which null leaves a setting out and do_sample=False is greedy.

    lm-eval merges ``--gen_kwargs`` into a task's settings with ``update`` and has no way to remove
    one. But OpenAI's protocol knows no ``repetition_penalty``, and servers that follow it to the
    letter refuse the request: ``--gen_kwargs '{"repetition_penalty": null}'`` is for them. And
    lm-eval's models behind a server drop ``do_sample`` but send the temperature: without the second
    rule, a run that was asked to be greedy would sample there.
    """

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As ``dict.update``, then drops what is None and, without sampling, what only it needs."""
        super().update(*args, **kwargs)
        if self.get("do_sample") is False:
            super().update(temperature=0.0, top_p=None, top_k=None)
        for key in [key for key, value in self.items() if value is None]:
            del self[key]


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
