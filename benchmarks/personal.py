"""``python -m benchmarks.personal``: how much personal data ``jmed-data personal`` finds.

The collection lies in tests/data/personal: clinical documents with invented people, marked. Its
half ``dev`` was looked at while the search was made; ``heldout`` is of another hospital and is only
measured. It is compared with Presidio with its own recognisers on
the same model, a list of regular expressions as an engineer writes it in an afternoon, and the
search with only one of its two sources of names, and the names that another dictionary knows.

A marked place is found when all its letters and digits are covered by findings, of any kind. A
finding is right when at least half of its letters and digits lie in marks of its kind; exact days
and dates of birth are one kind here.
"""

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from unittest import mock

import tldextract.tldextract
from janome.tokenizer import Tokenizer
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration

from benchmarks.report import show, show_json
from jmed_metrics.intervals import proportion_interval
from jmedlora.core.atomic_write import dump
from jmedlora.data.personal.detect import Detector
from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.folded_text import fold
from jmedlora.data.personal.ginza_engine import GinzaEngine
from jmedlora.data.personal.measured import MEASURED
from jmedlora.data.personal.recognisers import names
from jmedlora.data.personal.search import Finder
from jmedlora.data.personal.settle import settle
from tests.support.personal import documents, read_marked

PRESIDIO_KINDS = {
    "PERSON": Kind.NAME,
    "DATE_TIME": Kind.DATE,
    "PHONE_NUMBER": Kind.PHONE,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "URL": Kind.URL,
    "LOCATION": Kind.ADDRESS,
}
PACKAGES = ("presidio_analyzer", "ginza", "ja_ginza", "SudachiDict-core", "janome")
GINZA_LABELS = {
    "Person": "PERSON",
    "Date": "DATE_TIME",
    "Postal_Address": "LOCATION",
    "Phone_Number": "PHONE_NUMBER",
    "Email": "EMAIL_ADDRESS",
    "URL": "URL",
}
EXPRESSIONS = (
    (Kind.NAME, r"(?P<found>[一-龥]{2,4})\s?(?:様|さん|氏|先生|医師)"),
    (Kind.NAME, r"氏名[:\s]{1,3}(?P<found>[一-龥]{1,4}\s?[一-龥ぁ-んァ-ヶ]{1,5})"),
    (Kind.DATE, r"(?:19|20)\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}日?"),
    (Kind.DATE, r"(?:令和|平成|昭和|大正)\d{1,2}年\d{1,2}月\d{1,2}日"),
    (Kind.DATE, r"\d{1,2}月\d{1,2}日"),
    (Kind.PHONE, r"0\d{1,4}-\d{1,4}-\d{4}"),
    (Kind.EMAIL, r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"),
    (Kind.URL, r"https?://[!-~]{1,500}"),
    (Kind.POSTCODE, r"〒\d{3}-\d{4}"),
    (Kind.ADDRESS, r"(?:東京都|北海道|(?:京都|大阪)府|[一-龥]{2,3}県)[^\s、。]{2,30}"),
    (Kind.PATIENT_ID, r"(?:ID|患者番号|カルテ番号)[:\s]{0,3}(?P<found>[A-Z0-9-]{4,16})"),
    (Kind.INSURANCE, r"保険者番号[:\s]{0,3}(?P<found>\d{6,10})"),
    (Kind.MY_NUMBER, r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    (Kind.AGE, r"(?:9\d|1[0-2]\d)歳"),
    (Kind.LICENCE, r"第\d{4,7}号"),
)


class Expressions:
    """Only regular expressions."""

    def find(self, text: str) -> list[Finding]:
        """What they match in the text in one width."""
        folded = fold(text)
        found = (
            Finding(*match.span("found" if match.groups() else 0), kind, 0.8)
            for kind, pattern in EXPRESSIONS
            for match in re.finditer(pattern, folded.text)
        )
        return [
            Finding(*folded.original(each.start, each.end), each.kind, each.confidence)
            for each in settle(found, folded.text)
        ]


class Defaults:
    """Presidio's own recognisers for any language, on the same model."""

    def __init__(self) -> None:
        # Its recogniser of e-mail would fetch a list of domains: the package's own is used.
        tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
        engine = GinzaEngine()
        engine.load()
        engine.ner_model_configuration = NerModelConfiguration(
            model_to_presidio_entity_mapping=GINZA_LABELS, labels_to_ignore=[]
        )
        registry = RecognizerRegistry(supported_languages=["ja"])
        registry.load_predefined_recognizers(languages=["ja"], nlp_engine=engine)
        self._analyser = AnalyzerEngine(
            registry=registry, nlp_engine=engine, supported_languages=["ja"]
        )

    def find(self, text: str) -> list[Finding]:
        """What it finds of the kinds that it shares with us."""
        folded = fold(text)
        found = self._analyser.analyze(folded.text, "ja", entities=list(PRESIDIO_KINDS))
        return [
            Finding(
                *folded.original(each.start, each.end), PRESIDIO_KINDS[each.entity_type], each.score
            )
            for each in found
        ]


class Ipadic:
    """A second source of names: the words that IPADIC, by Janome, takes for persons' names."""

    def __init__(self) -> None:
        self._tokens = Tokenizer()

    def find(self, text: str) -> list[Finding]:
        """Runs of such words, each run one name."""
        folded = fold(text)
        found: list[Finding] = []
        place = 0
        for token in self._tokens.tokenize(folded.text):
            start = folded.text.index(token.surface, place)
            place = start + len(token.surface)
            if not token.part_of_speech.startswith("名詞,固有名詞,人名"):
                continue
            if found and found[-1].end == start:
                start = found.pop().start
            found.append(Finding(start, place, Kind.NAME, 1.0))
        return [
            Finding(*folded.original(each.start, each.end), each.kind, each.confidence)
            for each in found
        ]


class WithoutDictionary(Detector):
    """The search without the words that the dictionary takes for names."""

    def find(self, text: str) -> list[Finding]:
        """What is found with names from the model and by their places alone."""
        with mock.patch.object(names, "_runs", lambda _: iter(())):
            return super().find(text)


class WithoutModel(Detector):
    """The search without the entities of the model."""

    def find(self, text: str) -> list[Finding]:
        """What is found with names from the dictionary and by their places alone."""
        with mock.patch.object(names, "_entities", lambda _: iter(())):
            return super().find(text)


@dataclass(slots=True)
class Score:
    """Counts by kind: marked places, those found, findings, those right."""

    spans: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, spans: Sequence[Finding], findings: Sequence[Finding]) -> None:
        """Counts a document."""
        covered = _places(findings)
        for span in spans:
            self.spans[kind_of(span.kind)] += 1
            self.found[kind_of(span.kind)] += _letters(text, span) <= covered
        for each in findings:
            marked = _places(span for span in spans if kind_of(span.kind) == kind_of(each.kind))
            letters = _letters(text, each)
            self.findings[kind_of(each.kind)] += 1
            self.right[kind_of(each.kind)] += 2 * len(letters & marked) >= max(1, len(letters))

    def rates(self, kind: str) -> dict[str, float | int | tuple[float, float]]:
        """Recall and precision of ``kind`` with Wilson's intervals."""
        spans, findings = self.spans[kind], max(1, self.findings[kind])
        recall, precision = self.found[kind] / spans, self.right[kind] / findings
        return {
            "spans": spans,
            "found": self.found[kind],
            "recall": recall,
            "recall_interval": proportion_interval(recall, spans),
            "precision": precision,
            "precision_interval": proportion_interval(precision, findings),
        }


def kind_of(kind: Kind) -> str:
    """Exact days and dates of birth are one kind."""
    return Kind.DATE.value if kind is Kind.BIRTH_DATE else kind.value


def _places(each: Iterable[Finding]) -> set[int]:
    return {place for one in each for place in range(one.start, one.end)}


def _letters(text: str, each: Finding) -> set[int]:
    return {place for place in range(each.start, each.end) if text[place].isalnum()}


def measure(finder: Finder, half: str) -> Score:
    """What ``finder`` finds in the documents of ``half``."""
    score = Score()
    for path in documents(half):
        text, marks = read_marked(path)
        spans = [Finding(start, end, Kind(kind), 1.0) for start, end, kind in marks]
        score.add(text, spans, finder.find(text))
    return score


FINDERS = {
    "jmed-data personal": Detector,
    "without the model": WithoutModel,
    "without the dictionary": WithoutDictionary,
    "Presidio's defaults": Defaults,
    "IPADIC's names": Ipadic,
    "regular expressions": Expressions,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--half", default="heldout", choices=("dev", "heldout"))
    parser.add_argument("--write", action="store_true", help=f"the figures into {MEASURED.name}")
    args = parser.parse_args()
    figures, scores = {}, {}
    characters = sum(len(read_marked(path)[0]) for path in documents(args.half))
    for name, make in FINDERS.items():
        finder = make()
        start = time.process_time()
        scores[name] = measure(finder, args.half)
        seconds = time.process_time() - start
        kinds = {kind: scores[name].rates(kind) for kind in sorted(scores[name].spans)}
        figures[name] = {"kinds": kinds, "cpu_seconds": seconds, "characters": characters}
    first = scores["jmed-data personal"]
    rows = [
        (kind, str(first.spans[kind]), *(_cell(score, kind) for score in scores.values()))
        for kind in sorted(first.spans)
    ]
    show("recall / precision", ("kind", "places", *scores), rows)
    show(
        "Speed",
        ("search", "characters a CPU second"),
        [(name, f"{characters / each['cpu_seconds']:,.0f}") for name, each in figures.items()],
    )
    show_json("personal", PACKAGES, {"half": args.half, "searches": figures})
    if args.write:
        MEASURED.write_text(dump(_measured(figures, args.half)), encoding="utf-8")


def _cell(score: Score, kind: str) -> str:
    found = score.rates(kind)
    return f"{found['recall']:.3f} / {found['precision']:.3f}"


def _measured(figures: dict, half: str) -> dict:
    return {
        "documents": len(documents(half)),
        "versions": {name: version(name) for name in PACKAGES},
        "kinds": figures["jmed-data personal"]["kinds"],
    }


if __name__ == "__main__":
    main()
