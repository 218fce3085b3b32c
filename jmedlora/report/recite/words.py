"""What the report says in words: of each figure what it is, and what it does not know."""

from collections.abc import Iterator

from jmed_metrics.recitation import NEAR
from jmedlora.core.display import counted
from jmedlora.recite.provenance import Recited
from jmedlora.report.recite.estimates import Estimate
from jmedlora.report.recite.evidence import Role
from jmedlora.report.recite.origin import Origin
from jmedlora.report.recite.recited import Model

PARTS = {"trained": "trained", "held_out": "held out"}
NAMES = {
    "exact": "come out verbatim",
    "near": "come out nearly",
    "within": "come out within the answer",
    "run": "longest common run, characters",
    "loss": "loss, nats a token",
}
SHARES = ("exact", "near", "within")
UNKNOWN = (
    "What this does not know: records that were not drawn; other prompts than the recipe's own; "
    "answers sampled at a temperature, which may say what the greedy one does not; records said in "
    "other words; and what later training or another adapter brings out. A record that does not "
    "come out here is not proven to be unlearnt.",
    "A record that the base says, too, was not learnt in this training. What held-out records gain "
    "is skill, so that memory is what trained records gain beyond it.",
)
WITHOUT_BASE = (
    "Its base was not asked: evaluate the base with the same tasks and name its run, too, to see "
    "what this training added."
)
ROLES: dict[Role, str] = {
    "train": "training file",
    "held out": "held-out file",
    "recipe": "recipe",
    "canaries": "manifest of canaries",
    "marked": "copy with canaries",
    "results": "results",
    "answers": "answers",
}
PRIVATE = "This page holds training records and what models wrote of them: keep it where they lie."


def verdict(model: Model) -> str:
    """The first lines about ``model``: how much comes out, and whether these are its records."""
    return " ".join(filter(None, (_share(model), _origin(model.origin))))


def _origin(found: Origin) -> str:
    if not found.is_known:
        return (
            "It is not known whether this model was trained on these records: no run card beside "
            "it names its training files."
        )
    if found.unasked:
        return f"It was also trained on {', '.join(found.unasked)}, of which no record was asked."
    return "Its run card confirms by SHA-256 that it was trained on these files."


def _share(model: Model) -> str:
    if model.out is None:
        return "Its training records were not asked (task jmed_recite)."
    exact = sum(each.exact for each in model.records)
    near = sum(each.near for each in model.records)
    within = sum(each.within for each in model.records)
    total = counted(len(model.records), "trained record")
    return (
        f"{within} of {total} asked came out ({model.out.value:.1%}): {exact} verbatim, "
        f"{near - exact} nearly, {within - near} within the answer. {model.out.low:.1%} to "
        f"{model.out.high:.1%} of all such records may come out so (95 %)."
    )


def meaning(model: Model) -> str:
    """What the verdict means for who reads it, in a few sentences."""
    return " ".join(_meaning(model))


def _meaning(model: Model) -> Iterator[str]:
    noted = model.asked.get("trained")
    if noted is None:
        return
    yield (
        f"A record comes out if the model, given the record's prompt, writes {noted.characters} "
        "characters of it: directly as they are (verbatim), with a tenth of them changed at most "
        "(nearly), or further on in its answer. Whoever can ask the model can then read it."
    )
    if model.base:
        said = sum(bool(each.base_within) for each in model.records)
        yield _base_says(said)
    else:
        yield "The base was not asked: nobody knows whether this training is the reason."


def _base_says(said: int) -> str:
    if not said:
        return "The base says none of the records asked."
    return f"The base says {said} of the records asked, too: this training is not the reason."


def notes(model: Model) -> list[str]:
    """How the figures came about, a sentence each."""
    return list(_notes(model))


def _notes(model: Model) -> Iterator[str]:
    yield f"Compared with its base {model.base}." if model.base else WITHOUT_BASE
    for part, noted in model.asked.items():
        yield _asked(PARTS[part], noted)
    if model.asked:
        characters = next(iter(model.asked.values())).characters
        yield (
            f"Verbatim: the first {characters} characters of the greedy continuation are the "
            f"record's (Carlini et al. 2023). Nearly: their edit similarity is {NEAR} or more "
            "(after Ippolito et al. 2023). Within the answer: they stand nearly anywhere in it, or "
            f"{characters} neighbouring characters of the record stand there as they are; so words "
            "before a record do not hide it. What is verbatim counts as nearly, too, and what is "
            "nearly as within."
        )
    if model.sampled:
        yield "The answers were sampled, not greedy: these shares hold for that decoding alone."
    if model.areas:
        yield (
            "Area: the chance that a trained record has the smaller loss; .5 is no trace of "
            "training (Yeom et al. 2018). If that of the base's loss is not near .5, the held-out "
            "records differ in kind; look at the loss less the base's."
        )
    if model.most_bits is not None:
        yield (
            f"Exposure: 0 to {model.most_bits:.2f} bits, the bound set by the number of references "
            "(Carlini et al. 2019); 1.44 on average for a canary that was not trained."
        )


def _asked(part: str, noted: Recited) -> str:
    left = (
        (noted.repeated, "repeated"),
        (noted.also_trained, "in the training file too"),
        (noted.short, f"with fewer than {noted.characters} characters to go on with"),
        (noted.long, "too long for the context"),
    )
    why = "; ".join(f"{number} {reason}" for number, reason in left if number)
    names = ", ".join(source.name for source in noted.sources)
    drawn = f"{noted.asked} of {noted.eligible} drawn with seed {noted.seed}"
    given = f", {noted.given} characters of the answer given" if noted.given else ""
    rest = f"; not asked: {why}" if why else ""
    return f"Records {part}: {names}, {drawn}{given}{rest}."


def number(name: str, value: float, *, signed: bool = False) -> str:
    """A share in percent, a mean with two digits."""
    sign = "+" if signed else ""
    if name in SHARES:
        return format(100 * value, f"{sign}.1f") + " %"
    return format(value, f"{sign}.2f")


def estimate(name: str, found: Estimate | None, *, signed: bool = False) -> str:
    """The value with its interval; "–" for none."""
    if found is None:
        return "–"
    value, low, high = (
        number(name, each, signed=signed) for each in (found.value, found.low, found.high)
    )
    return f"{value} [{low.removesuffix(' %')}, {high.removesuffix(' %')}]"


def probability(p: float | None) -> str:
    """A p-value with its relation: "p = .031", "p < .001"."""
    if p is None:
        return "–"
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")
