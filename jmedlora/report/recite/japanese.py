"""What the page says in Japanese beside its English: headings, verdict, and what it means."""

from collections.abc import Iterator

from jmedlora.report.recite.evidence import Role
from jmedlora.report.recite.origin import Origin
from jmedlora.report.recite.recited import Model

HEADINGS = {
    "What the models recite": "モデルが何を暗唱するか",
    "Files": "ファイル",
    "Seen by": "確認",
    "Figures": "数値",
    "The records, worst first": "記録（よく出てきた順）",
    "Trained beside held-out records": "学習した記録と、学習していない記録",
    "Memorised: the change of trained records less that of held-out ones": (
        "記憶した量：学習した記録の変化から、学習していない記録の変化を引いたもの"
    ),
    "Membership: whether the loss tells trained from held-out records": (
        "所属：学習した記録かどうかが損失から分かるか"
    ),
    "Canaries: exposure by repetitions": "標識：繰り返した回数と露出度",
}
ROLES: dict[Role, str] = {
    "train": "学習ファイル",
    "held out": "未学習のファイル",
    "recipe": "レシピ",
    "canaries": "標識のマニフェスト",
    "marked": "標識を混ぜた写し",
    "results": "結果",
    "answers": "回答",
}
UNKNOWN = (
    "この結果から分からないのは、抽出しなかった記録、レシピと違うプロンプト、温度を上げて何度も尋ねた"
    "場合、別の言葉で語られる内容、後の学習や別のアダプターで出てくるものです。"
    "ここで出てこなかった記録も、覚えられていないとは言い切れません。"
)
PRIVATE = (
    "このページには学習した記録と、それについてモデルが書いた文が含まれます。"
    "記録と同じ場所に保管してください。"
)


def heading(english: str) -> str:
    """The Japanese of a heading of the page."""
    return HEADINGS[english]


def verdict_ja(model: Model) -> str:
    """How much comes out of ``model``, and whether these are its records, as words.verdict."""
    return "".join((_share(model), _origin(model.origin)))


def meaning_ja(model: Model) -> str:
    """What the verdict means, as words.meaning."""
    return "".join(_meaning(model))


def _share(model: Model) -> str:
    if model.out is None:
        return "学習した記録は尋ねていません（タスク jmed_recite）。"
    exact = sum(each.exact for each in model.records)
    near = sum(each.near for each in model.records)
    within = sum(each.within for each in model.records)
    total, low, high = len(model.records), model.out.low, model.out.high
    return (
        f"尋ねた学習記録 {total} 件のうち {within} 件（{model.out.value:.1%}）が出てきました。"
        f"そのまま {exact} 件、ほぼそのまま {near - exact} 件、回答の途中 {within - near} 件です。"
        f"同じような記録の全体では {low:.1%}〜{high:.1%} が出てくる可能性があります（95 %）。"
    )


def _origin(found: Origin) -> str:
    if not found.is_known:
        return (
            "このモデルがこれらの記録で学習したかどうかは不明です。学習ファイルを示す run card が"
            "モデルの隣にありません。"
        )
    if found.unasked:
        names = "、".join(found.unasked)
        return f"このモデルは {names} でも学習していますが、その記録は尋ねていません。"
    return "これらのファイルで学習したことは、run card の SHA-256 と照合しました。"


def _meaning(model: Model) -> Iterator[str]:
    noted = model.asked.get("trained")
    if noted is None:
        return
    yield (
        f"モデルが、記録のプロンプトに続けてその {noted.characters} 文字を書けば「出てきた」と"
        "数えます。直後にそのまま書く場合、1 割までの違いで書く場合（ほぼそのまま）、回答の途中に"
        "書く場合があります。モデルに質問できる人は、その記録を読めることになります。"
    )
    if model.base:
        said = sum(bool(each.base_within) for each in model.records)
        also = f"尋ねた記録のうち {said} 件はベースも書くので、この学習のせいではありません。"
        yield also if said else "ベースは、尋ねた記録を 1 件も書きませんでした。"
    else:
        yield "ベースには尋ねていないため、この学習で覚えたものかどうかは分かりません。"
