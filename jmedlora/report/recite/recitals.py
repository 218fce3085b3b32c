"""The models that were asked to recite, each with all that it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.report.load.lineage import Lineage, read_lineage
from jmedlora.report.load.recitals import Kind, Recital, read_recital, recite_tasks
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import find_runs
from jmedlora.report.verify.recital_scores import confirmed


@dataclass(frozen=True, slots=True)
class Asked:
    """A model, and all that it was asked."""

    lineage: Lineage
    recitals: Mapping[Kind, Recital]

    @property
    def is_base(self) -> bool:
        """Whether no training of it is known."""
        return not self.lineage.adapter and self.lineage.step == 0


def read_recitals(paths: Sequence[Path]) -> list[Asked]:
    """Every model in ``paths``, in the order in which they were asked.

    Raises ResultsError for runs without a recite task, for what is damaged or cut, for scores that
    are not what the answers give, and for a model that was asked the same twice.
    """
    models: dict[str, tuple[Lineage, dict[Kind, Recital]]] = {}
    runs = find_runs(paths)
    for run in runs:
        lineage = read_lineage(run)
        for task, noted in recite_tasks(run).items():
            recital = confirmed(read_recital(run, task, noted))
            _, known = models.setdefault(lineage.name, (lineage, {}))
            if recital.kind in known:
                first = known[recital.kind].run.path
                what = f"{lineage.name} was asked {recital.task} in {first}, too"
                raise ResultsError(f"{run.path}: {what}; name one of the two")
            known[recital.kind] = recital
    if not models:
        names = ", ".join(str(run.path) for run in runs[:3])
        raise ResultsError(f"{names}: no task jmed_recite in it; evaluate with --tasks jmed_recite")
    return [Asked(lineage, recitals) for lineage, recitals in models.values()]
