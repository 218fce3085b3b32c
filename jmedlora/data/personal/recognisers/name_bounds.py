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
    r"番号|年月日|コード|時刻|[0-9０-９]{3}|(?:来院|来棟|入院|退院|受診|受付|採取|採血|処方|投与)[時日者]?$"
)
_FOREIGN = re.compile(
    r"(?:[ァ-ヴー]{2,}|[A-Z][A-Za-z]+)(?:[ ・=-]{1,2}(?:[ァ-ヴー]+|[A-Za-z]+)){0,3}"
)
_OF_MEDICINE = re.compile(
    r"[^\S\n]?(?:氏)?(?:"
    r"病(?![室棟院気状歴名床理態識変期者])|(?:[一-龥]{0,4}?)症候群|症(?!状|例)|徴候|兆候|現象|反応|反射|試験|検査|テスト|分類|法(?![律人])|術|手術|"
    r"[一-龥]{0,3}(?:係蹄|憩室|動脈輪|小体|細胞|線維|神経|動脈|静脈|靱帯|靭帯|括約筋|分画|染色|培地|骨折|麻痺|貧血|腫瘍?|肉腫|白血病|"
    r"脳症|奇形|ヘルニア|結節|呼吸|斑|疹|輪|環|野|核|管|腺|孔|窩|嚢|索|束|帯|溝|裂|隙|洞|叢|膜|三角|弁|体(?!操教)|球|柱|節|圧痛点|点|線|角|"
    r"指数|係数|定数|効果|基準|曲線|公式|液|計|鉗子|カテーテル|スコア|ステージ))"
    r"|の(?:[一-龥]{0,3}(?:動脈輪|小体|三角|孔|窩|管|腺|島|徴候|法則|分類|基準|公式|式|体操|定理|原理|現象|憩室))"
    r"|[^\S\n]?(?:disease|syndrome|test|sign|score|classification|reflex|stain|cells?|duct|nodes?|tumou?rs?)(?![a-z])",
    re.IGNORECASE,
)  # fmt: skip
"""Behind a name in Katakana or Latin letters: of a disease, sign, test or structure (ヘンレ係蹄)."""
_KANJI = re.compile(r"[一-龥々]")


def bounded(text: str, start: int, end: int, dictionary: NameDictionary) -> tuple[int, int] | None:
    """The place of the name in ``text[start:end]`` without title and label; None if it is none."""
    start, end = _without_title(text, *_without_label(text, start, end), dictionary)
    end = _without_next_line(text, start, end, dictionary)
    name = text[start:end]
    single = len(name) == 1 and _KANJI.fullmatch(name) and _KANJI.match(text[max(start - 1, 0) :])
    letters = "".join(name.split())
    if single or letters in NO_NAMES | LABELS | TITLES or name in PREFECTURES:
        return None
    if _NO_NAME.search(letters) or is_eponym(text, start, end):
        return None
    return start, end


def is_eponym(text: str, start: int, end: int) -> bool:
    """Whether a disease, a sign, a test or a structure is named after whom ``text[start:end]`` names."""
    return bool(_FOREIGN.fullmatch(text, start, end) and _OF_MEDICINE.match(text, end))


def _without_label(text: str, start: int, end: int) -> tuple[int, int]:
    label = _LABEL_BEFORE.match(text, start, end)
    return (label.end(), end) if label and label.end() < end else (start, end)


def _without_title(text: str, start: int, end: int, dictionary: NameDictionary) -> tuple[int, int]:
    """Without 様 and the like behind it, but for a name that ends so (鵜殿)."""
    title = _TITLE_BEHIND.search(text, start + 1, end)
    if not title or dictionary.is_surname(text[start:end]) or dictionary.is_given(text[start:end]):
        return start, end
    return start, title.start()


def _without_next_line(text: str, start: int, end: int, dictionary: NameDictionary) -> int:
    """The end of a surname at the end of a line, where no given name begins the next one."""
    first, broken, rest = text[start:end].partition("\n")
    if not broken or not dictionary.is_surname(first.strip()):
        return end
    given = rest.split()
    return end if given and dictionary.is_given(given[0]) else start + len(first.rstrip())
