"""Presidio over GiNZA: words and entities from a model that is installed and never fetched."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

from jmedlora.data.personal.recognisers.written import LANGUAGE

MODEL = "ja_ginza"
UNUSED = ["parser", "morphologizer", "compound_splitter", "bunsetu_recognizer"]
PERSON = "Person"


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of libraries that the model's packages import and do not use."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.WARNING))
    try:
        yield
    finally:
        logging.disable(before)


class GinzaEngine(SpacyNlpEngine):
    """Words with Sudachi's tags, and the entities of ``ja_ginza``.

    Presidio's own engine downloads a model that is missing and takes a GPU where there is one;
    this one does neither.
    """

    def __init__(self) -> None:
        super().__init__([{"lang_code": LANGUAGE, "model_name": MODEL}])

    def load(self) -> None:
        """Loads the model from its package; ``OSError`` where it is not installed."""
        with _quiet():
            model: Any = spacy.load(MODEL, exclude=UNUSED)
        self.nlp: Any = {LANGUAGE: model}
        self.ner_model_configuration = NerModelConfiguration(
            model_to_presidio_entity_mapping={PERSON: "PERSON"},
            labels_to_ignore=[label for label in model.get_pipe("ner").labels if label != PERSON],
        )


def analyzer(recognisers: list[EntityRecognizer]) -> AnalyzerEngine:
    """Presidio's analyzer with ``recognisers`` and none of its own."""
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry, nlp_engine=GinzaEngine(), supported_languages=[LANGUAGE]
    )
