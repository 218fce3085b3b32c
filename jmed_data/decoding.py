"""Decoding settings from which the command line can take one away."""

from typing import Any


class Decoding(dict[str, Any]):
    """``generation_kwargs`` in which null means "leave this setting out".

    lm-eval merges ``--gen_kwargs`` into a task's settings with ``update`` and has no way to remove
    one. But OpenAI's protocol knows no ``repetition_penalty``, and servers that follow it to the
    letter refuse the request: ``--gen_kwargs '{"repetition_penalty": null}'`` is for them.
    """

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As ``dict.update``, then drops every key whose value is None."""
        super().update(*args, **kwargs)
        for key in [key for key, value in self.items() if value is None]:
            del self[key]
