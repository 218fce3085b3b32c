"""Decoding settings that mean the same to every model, whatever the command line changes."""

from typing import Any


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
