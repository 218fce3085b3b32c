"""The paper's scores, worked out a second time without this project's metrics."""

import difflib
import unicodedata


def naive_scores(row: dict) -> tuple[int, int, float]:
    """The paper's three scores of a logged sample, by difflib alone, all texts in NFC."""
    response, doc = _nfc(row["resps"][0][0]).strip(), row["doc"]
    choices = [_nfc(text) for text in doc["choices"]]
    gold = [choices[index] for index in doc["answer"]]
    values = [difflib.SequenceMatcher(None, response, text).ratio() for text in choices]
    ranked = sorted(range(len(values)), key=lambda index: -values[index])
    nearest = sorted(ranked[: len(gold)]) if any(values) else []
    similarity = difflib.SequenceMatcher(None, response, ",".join(gold)).ratio() if response else 0
    return int(nearest == doc["answer"]), int(all(text in response for text in gold)), similarity


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
