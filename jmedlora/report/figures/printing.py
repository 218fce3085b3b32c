"""How every figure becomes files: PNG and SVG, the same bytes for the same figure."""

import io
import re
import warnings
from collections.abc import Callable, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from jmedlora.report.figures.fonts import DEFAULT

DPI = 300
FORMATS = ("png", "svg")


def printed(draw: Callable[[], Figure], families: Sequence[str]) -> dict[str, bytes]:
    """What ``draw`` draws, by format in FORMATS: the same bytes each time, on one matplotlib.

    Text stays text in the SVG unless it needs a font that its reader may lack.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the caller has said so
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": list(families),
                "font.size": 8,
                "svg.hashsalt": "jmedlora",
                "svg.fonttype": "none" if list(families) == [DEFAULT] else "path",
                "text.parse_math": False,  # a model may be called "a$b$"
            }
        )
        figure = draw()
        return {name: _saved(figure, name) for name in FORMATS}


def safe_name(text: str) -> str:
    """``text`` without what a file system may refuse; "" if nothing is left."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")


def _saved(figure: Figure, name: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if name == "svg" else {"Software": None}
    figure.savefig(buffer, format=name, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
