"""What the detector finds: texts by hand, and a part of the marked collection as a floor."""

from collections import Counter

import pytest

from jmedlora.data.personal.detect import MARGIN, WINDOW
from jmedlora.data.personal.search import Finder, open_finder
from tests.support.personal import documents, read_marked

pytestmark = pytest.mark.xdist_group("detector")


@pytest.fixture(scope="module")
def detector() -> Finder:
    return open_finder()  # loaded once, with the other tests of the group


def found(detector: Finder, text: str) -> list[tuple[str, str]]:
    return [(each.kind.value, text[each.start : each.end]) for each in detector.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("患者氏名：佐藤　花子　様", [("NAME", "佐藤　花子")]),
        ("氏名: 林様 と確認した。", [("NAME", "林")]),
        ("患者　佐藤 花子様 が来院。", [("NAME", "佐藤 花子")]),
        ("主治医　平賀 尚医師 が説明。", [("NAME", "平賀 尚")]),
        ("患者　沢田 るい　女性", [("NAME", "沢田 るい")]),
        ("旧姓: 鵜殿", [("NAME", "鵜殿")]),
        ("主治医の高橋健一先生に相談した。", [("NAME", "高橋健一")]),
        ("患者ID：00123456", [("PATIENT_ID", "00123456")]),
        ("電話 ０３－１２３４－５６７８ まで", [("PHONE", "０３－１２３４－５６７８")]),
        ("連絡先は a.b@example.jp です", [("EMAIL", "a.b@example.jp")]),
        ("〒123-0841 東京都足立区西新井1丁目2-3", [
            ("POSTCODE", "〒123-0841"), ("ADDRESS", "東京都足立区西新井1丁目2-3")]),
        ("生年月日：昭和23年4月5日", [("BIRTH_DATE", "昭和23年4月5日")]),
        ("令和六年五月三日に入院した。", [("DATE", "令和六年五月三日")]),
        ("R6.5.3 退院", [("DATE", "R6.5.3")]),
        ("令6.5.3 退院", [("DATE", "令6.5.3")]),
        ("令和六年五月廿三日退院", [("DATE", "令和六年五月廿三日")]),
        ("4月28日〜30日は外泊。", [("DATE", "4月28日〜30日")]),
        ("92歳、女性", [("AGE", "92歳")]),
        ("個人番号 123456789018", [("MY_NUMBER", "123456789018")]),
        ("医籍登録番号 第512883号", [("LICENCE", "第512883号")]),
        ("https://example.com/a?b=1 を参照", [("URL", "https://example.com/a?b=1")]),
    ],
)  # fmt: skip
def test_what_is_found(detector, text, expected):
    assert found(detector, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "橋本病、川崎病、高安動脈炎の既往がある。",
        "遠位尿細管,ヘンレ係蹄上行脚,メッケル憩室,ウィリスの動脈輪",
        "Basedow病、ギラン・バレー症候群、バビンスキー反射、ランゲルハンス島",
        "取り込みが追いつかないからである。",
        "顔色は貧血様で、るいそうがある。小泉門は閉じている。",
        "氏名\t職種\t取得日",
        "アムロジピン5mg 1錠 分1 朝食後",
        "血圧 128/72、Hb 12.3 g/dL、MMT 3/5",
        "2023年4月から外来で経過を見ている。",
        "76歳、男性。",
        "JANコード 4987123456784",
        "",
        " \n\t\u3000",
        "\0\ud800\u202e",
    ],
)
def test_what_is_not_found(detector, text):
    assert found(detector, text) == []


def test_a_finding_over_the_border_of_two_windows(detector):
    """A name is found wherever a window ends, and once."""
    for before in (WINDOW - 3, WINDOW - 1, WINDOW, WINDOW + MARGIN - 2):
        text = "経過は良好。" * (before // 6) + "患者氏名：佐藤　花子　様。"
        assert found(detector, text) == [("NAME", "佐藤　花子")]


def test_the_marked_collection_is_found_to_its_aims(detector):
    """Every third document of the half that the search was tuned on: recall of all kinds."""
    marked, missed = Counter(), Counter()
    for path in documents("dev")[::3]:
        text, spans = read_marked(path)
        covered = {i for each in detector.find(text) for i in range(each.start, each.end)}
        for start, end, kind in spans:
            letters = {i for i in range(start, end) if text[i].isalnum()}
            marked[kind] += 1
            missed[kind] += not letters <= covered
    assert sum(marked.values()) > 200
    assert missed["NAME"] <= 0.1 * marked["NAME"]
    others = marked.total() - marked["NAME"]
    assert missed.total() - missed["NAME"] <= 0.05 * others
