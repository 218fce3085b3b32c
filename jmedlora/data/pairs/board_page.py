"""The page for a review board: how every pair of a folder came about, with a place to sign."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jmed_metrics
from jmedlora.core.atomic_write import write_file
from jmedlora.core.page_template import page_environment
from jmedlora.core.utc_time import utc_now
from jmedlora.data.instruction_pair import RejectReason
from jmedlora.data.pairs.dataset_card import by_count
from jmedlora.data.pairs.pair_origins import ASKED, SUPPORT_STEPS, PairOrigins, read_origins
from jmedlora.data.pairs.training_files import EVAL, TRAIN

if TYPE_CHECKING:
    from jmedlora.data.pairs.verdicts import Verdicts

BOARD_PAGE = "pairs.html"
MOST_SOURCES = 200
"""Sources listed; provenance.jsonl names that of every pair."""
REASONS: dict[str, str] = {
    RejectReason.REMARK: "前置きや結び",
    RejectReason.OUTSIDE: "組の外の文",
    RejectReason.REASONING: "モデルの推論",
    RejectReason.NO_OUTPUT: "回答がない",
    RejectReason.NO_INSTRUCTION: "質問がない",
    RejectReason.ANSWER_FIRST: "回答が質問より先",
    RejectReason.ORDER: "順序が不明",
    RejectReason.NUMBERS: "番号が合わない",
    RejectReason.CUT: "別の文で途切れた",
    RejectReason.FURTHER: "余分な項目",
    RejectReason.TEMPLATE: "会話テンプレートの印",
    RejectReason.OTHER_TURN: "モデル以外の発言",
    RejectReason.EMPTY_RESPONSE: "空の応答",
    RejectReason.EMPTY: "空の質問か回答",
    RejectReason.NOT_TEXT: "文字列でない",
    RejectReason.TRUNCATED: "途中で切れた",
    RejectReason.QUOTES: "引用符が不明",
    RejectReason.CHOICES: "選択肢だけで答えがない",
    RejectReason.REFUSAL: "回答の拒否",
    RejectReason.PLACEHOLDER: "穴埋めのまま",
    RejectReason.REFERS: "手元にない文章に触れる",
    RejectReason.LANGUAGE: "別の言語",
    RejectReason.SAME: "回答が質問と同じ",
    RejectReason.NO_SUPPORT: "出典に裏付けがない",
    RejectReason.DUPLICATE: "重複",
    RejectReason.NEAR_DUPLICATE: "ほぼ重複",
}
PERSONAL = {
    "none found": ("searched, none found", "検索し、見つからなかった"),
    "replaced": ("found and replaced before it was sent", "見つけ、置き換えてから送った"),
    "allowed": ("not searched (--personal allow)", "検索していない（--personal allow）"),
    "": ("not searched (an older version)", "検索していない（以前の版）"),
}
ASKED_NAMES = {
    "model": "モデル",
    "host": "サーバー",
    "prompt": "プロンプト",
    "parameters": "パラメーター",
    "format": "形式",
    "finish_reason": "応答の終わり方",
}


def write_board_page(folder: Path, verdicts: "Verdicts | None" = None) -> Path:
    """Writes the page of ``folder`` into it, from the files there; where it lies.

    verdicts: a physician's, on pairs of the files as they are. Raises FileError and WriteError.
    """
    page = page_environment("jmedlora.data.pairs").get_template("board.html.jinja")
    path = folder / BOARD_PAGE
    write_file(path, page.render(**_shown(read_origins(folder), verdicts)))
    return path


def _shown(origins: PairOrigins, verdicts: "Verdicts | None") -> dict[str, object]:
    sources = by_count(origins.sources)
    return {
        "origins": origins,
        "total": origins.pairs.total(),
        "train": origins.pairs[TRAIN],
        "evaluation": origins.pairs[EVAL],
        "made": utc_now(),
        "version": jmed_metrics.__version__,
        "rules": by_count(origins.rules),
        "reasons": [
            (name, REASONS.get(name, ""), count) for name, count in by_count(origins.reasons)
        ],
        "support": _support_rows(origins.support),
        "personal": [
            (*PERSONAL.get(name, (name, "")), count) for name, count in by_count(origins.personal)
        ],
        "asked": [
            (name.replace("_", " "), ASKED_NAMES[name], *row)
            for name in ASKED
            for row in by_count(origins.asked[name])
        ],
        "sources": sources[:MOST_SOURCES],
        "more_sources": max(len(sources) - MOST_SOURCES, 0),
        "verdicts": verdicts,
    }


def _support_rows(support: Counter[float | None]) -> list[tuple[str, int]]:
    """The classes of support with their counts; that below the least is rejected, not here."""
    ends = [*SUPPORT_STEPS[1:], 1.0]
    return [
        (f"{start:.1f} – {end:.1f}", support[start])
        for start, end in zip(SUPPORT_STEPS, ends, strict=True)
    ]
