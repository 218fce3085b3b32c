"""The protocols, a module each. A new one is a new module: it is found here by itself.

The module has a PROTOCOL; the name of the protocol is the module's.
"""

from importlib import import_module
from pkgutil import iter_modules

from jmedlora.exams.protocol import Protocol

_FOUND: list[Protocol] = [
    import_module(f"{__name__}.{module.name}").PROTOCOL for module in iter_modules(__path__)
]
PROTOCOLS = {each.name: each for each in sorted(_FOUND, key=lambda each: each.position)}
"""By the name that a task records, in the order in which their exams stand in a table."""
METRICS = {
    metric.name: metric
    for each in PROTOCOLS.values()
    for metric in (
        *each.score_metrics,
        *(each.readings.metrics if each.readings else ()),
        *each.rate_metrics,
    )
}
"""By name: every score, other reading and rate. Protocols that share a name share the metric."""
