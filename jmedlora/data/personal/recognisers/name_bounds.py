"""Where a name begins and ends, and what looks as one and names a thing: an eponym, a label."""

import re

from jmedlora.data.personal.prefectures import PREFECTURES
from jmedlora.data.personal.recognisers.name_dictionary import NameDictionary
from jmedlora.data.personal.recognisers.name_words import LABELS, NO_NAMES, TITLES

_TITLE_BEHIND = re.compile(
    r"\s{0,4}(?:様方?|さま|さん|氏|殿|先生|医師|看護師|おじ(?:さん)?|おば(?:さん)?)$"
)
_LABEL_BEFORE = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, LABELS), key=len, reverse=True))})(?:\s{{1,2}}|の)"
)
_NO_NAME = re.compile(
    r"番号|年月日|コード|時刻|保険証|証明書|[0-9０-９]{3}|(?:来院|来棟|入院|退院|受診|受付|採取|採血|処方|投与)[時日者]?$"
)
_FOREIGN = re.compile(
    r"(?:[ァ-ヴー]{2,}|[A-Z][A-Za-z]+)(?:[ ・=-]{1,2}(?:[ァ-ヴー]+|[A-Za-z]+)){0,3}"
)
_OF_MEDICINE = re.compile(
    r"(?:氏(?=病|徴候))?(?!様|氏|殿|先生|医師|君|さん)(?:"
    r"病(?![室棟院気状歴名床理態識変期者])|(?:[一-龥]{0,4}?)症候群|症(?![状例])|徴候|兆候|現象|反応|反射|試験|検査|テスト|分類|法(?![律人])|術|手術|"
    r"[一-龥]{0,3}(?:係蹄|憩室|動脈輪|小体|細胞|線維|神経|動脈|静脈|靱帯|靭帯|括約筋|分画|染色|培地|骨折|麻痺|貧血|腫瘍?|肉腫|白血病|"
    r"脳症|奇形|ヘルニア|結節|斑|疹|指数|係数|定数|効果|基準|曲線|公式|鉗子|カテーテル|スコア|ステージ|圧痛点)"
    r"|(?:呼吸|輪|環|野|核|管|腺|孔|窩|嚢|索|束|帯|溝|裂|隙|洞|叢|膜|三角|弁|体|球|柱|節|点|線|角|液|計|島)(?![一-龥])"
    r"|の(?:[一-龥]{0,3}(?:動脈輪|小体|三角|孔|窩|管|腺|島|徴候|法則|分類|基準|公式|式|体操|定理|原理|現象|憩室))"
    r"|[^\S\n]?(?:disease|syndrome|test|sign|score|classification|reflex|stain|cells?|duct|nodes?|tumou?rs?)(?![a-z]))",
    re.IGNORECASE,
)  # fmt: skip
"""Behind a name in Katakana or Latin letters: of a disease, sign, test or structure (ヘンレ係蹄)."""
_TWO_COLUMNS = re.compile(r"([一-龥々]{2,4})[^\S\n]{2,}([一-龥々]{3,4})")
_POSITIONS = "上下中前後際間他"
SHORTEST = 2
"""Kanji of a surname that is not broken at the end of its line."""
_KANJI = re.compile(r"[一-龥々]")


def bounded(text: str, start: int, end: int, dictionary: NameDictionary) -> tuple[int, int] | None:
    """The place of the name in ``text[start:end]`` without title and label; None if it is none."""
    start, end = _without_title(text, *_without_label(text, start, end), dictionary)
    start, end = _in_one_line(text, start, end, dictionary)
    end = _without_next_column(text, start, end, dictionary)
    name = text[start:end]
    single = len(name) == 1 and _KANJI.fullmatch(name) and _KANJI.match(text[max(start - 1, 0) :])
    letters = "".join(name.split())
    if single or letters in NO_NAMES | LABELS | TITLES or name in PREFECTURES:
        return None
    if name in _POSITIONS and text[start - 1 : start] == "の":  # 相談の上
        return None
    if _NO_NAME.search(letters) or is_eponym(text, start, end):
        return None
    return start, end


def is_eponym(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is, or begins, the name of a disease, a sign or a structure."""
    name = _FOREIGN.match(text, start, end)
    return bool(name and _OF_MEDICINE.match(text, name.end()))


def _without_label(text: str, start: int, end: int) -> tuple[int, int]:
    label = _LABEL_BEFORE.match(text, start, end)
    return (label.end(), end) if label and label.end() < end else (start, end)


def _without_title(text: str, start: int, end: int, dictionary: NameDictionary) -> tuple[int, int]:
    """Without 様 and the like behind it, but for a name that ends so (鵜殿)."""
    title = _TITLE_BEHIND.search(text, start + 1, end)
    if not title or dictionary.is_surname(text[start:end]) or dictionary.is_given(text[start:end]):
        return start, end
    return start, title.start()


def _in_one_line(text: str, start: int, end: int, dictionary: NameDictionary) -> tuple[int, int]:
    """The place without what stands in the line before or behind it, where that is another word.

    A name may be broken: 荻 and 野 トメ in the next line.
    """
    first, broken, rest = text[start:end].partition("\n")
    parts = rest.split()
    if not broken or not parts or dictionary.is_surname(first.strip() + parts[0]):
        return start, end
    if dictionary.is_given(parts[0]) or len(first.strip()) < SHORTEST:
        return start, end
    if len(parts) > 1 and dictionary.is_surname(parts[0]):
        return end - len(rest.lstrip()), end
    return start, start + len(first.rstrip())


def _without_next_column(text: str, start: int, end: int, dictionary: NameDictionary) -> int:
    """The end of a name before two spaces and a word that is no given name."""
    found = _TWO_COLUMNS.fullmatch(text, start, end)
    return found.end(1) if found and not dictionary.is_given(found[2]) else end
