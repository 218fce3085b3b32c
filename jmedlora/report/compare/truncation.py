"""Which answers probably ended because the token limit was reached.

lm-eval does not log why a generation ended. The text is therefore encoded again with the model's
own tokenizer: an answer about as long as the limit was almost surely cut by it. Encoding need not
give back the tokens that were generated (a tokenizer has many ways to write a text and picks one),
so an answer counts from NEARLY of the limit on.
"""

from functools import cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from jmedlora.exams.evaluated_model import model_args
from jmedlora.models.named_folder import folder_named
from jmedlora.report.compare.statistics import Floats
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.runs import response_of

NEARLY = 0.95
AT_LIMIT = "at_limit"
"""The rate of these answers; a protocol that marks an answer as cut off has a rate "cut"."""


def share_cut(measured: Measured) -> Floats | None:
    """1 for each answer that was probably cut, 0 for the others; None where it cannot be told.

    It cannot where the model was behind a server, its folder or a readable ``tokenizer.json`` is
    not on this machine, or the answers were not generated; nor is it told where the protocol itself
    marks the answers that were cut off. Several samples give their mean.
    """
    if measured.samples:
        found = [share_cut(each) for each in measured.samples]
        known = [each for each in found if each is not None]
        return np.mean(known, axis=0) if len(known) == len(found) else None
    limit = _limit(measured)
    path = _tokenizer_path(measured)
    tokenizer = _load(path) if limit and path else None
    if limit is None or tokenizer is None:
        return None
    texts = [response_of(record) or "" for record in measured.records]
    encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return np.array([len(each.ids) >= NEARLY * limit for each in encoded], dtype=np.float64)


def cannot_tell(measured: Measured) -> bool:
    """Whether answers were generated up to a limit, but no tokenizer can count them."""
    path = _tokenizer_path(measured)
    return _limit(measured) is not None and (path is None or _load(path) is None)


def _limit(measured: Measured) -> int | None:
    protocol = measured.protocol
    if not measured.ours or not protocol or protocol.decoding is None or "cut" in protocol.rates:
        return None
    limit = (measured.ours.config.generation_kwargs or {}).get("max_gen_toks")
    return limit if isinstance(limit, int) else None


def _tokenizer_path(measured: Measured) -> Path | None:
    args = model_args(measured.run.content)
    named = args.get("tokenizer") or args.get("pretrained")
    folder = folder_named(named, measured.run.path) if isinstance(named, str) else None
    path = folder / "tokenizer.json" if folder else None
    return path if path and path.is_file() else None


@cache
def _load(path: Path) -> Tokenizer | None:
    try:
        return Tokenizer.from_file(str(path))
    except Exception:  # tokenizers raises nothing narrower; the report says what is not known
        return None
