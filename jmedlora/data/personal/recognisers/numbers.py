"""Numbers that stand for a person: of patients, insurance, licences, and My Number."""

import re

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.written import WrittenRecogniser, written

_TO_VALUE = r"[^\S\n]{0,6}(?:\([^()\n]{1,10}\))?[^\S\n]{0,4}[:=#|/は(\[「→]?[^\S\n]{0,6}\n{0,2}[^\S\n]{0,6}"
_NUMBER = r"(?:番号|No\.?|NO\.?|№|#|ID|コード)"
_PATIENT_LABEL = (
    rf"(?:(?:患者|カルテ|診察券|診察|診療録|受付|登録|整理|入院|外来|病歴|検体|症例|当院|院内|新患|オーダー|依頼|検査|"
    rf"処方箋?|紹介状|受診者|利用者|病理|標本|会計|予約|ケース|住民|母子手帳|入所者|レセプト|伝票|施設|"
    rf"救急|紹介元|Patient|Pt\.?|Chart|MR|Case|Order|Study|Accession)"
    rf"[^\S\n]{{0,2}}(?:の)?{_NUMBER}|MRN|(?<![A-Za-z])(?:ID|PID)(?:番号|No\.?)?(?![A-Za-z]))"
)
_VALUE = r"(?P<value>(?:[一-龥]{1,2}-?)?(?:[A-Z]{1,5}[-_]?)?\d[\dA-Z]{0,11}(?:[-_/]\n?[\dA-Z]{1,10}){0,4})(?![\dA-Z年月日歳])"
_ANY_LABEL = r"(?:番号|[^A-Z]ID|No\.?|№|コード)"
_CODE = r"(?:[A-Z]{1,5}-?)?\d{2,12}(?:[-_/]\d{1,10}){0,4}"
_BARE_LABEL = r"(?:カルテ|診察券|検体|患者|標本|(?<![一-龥ァ-ヴー])番号)"
PATIENT_IDS = (
    written(
        rf"{_PATIENT_LABEL}{_TO_VALUE}(?P<value>\d{{2,5}}(?: \d{{2,5}}){{1,3}})(?![\dA-Z年月日歳/.:-])",
        0.88,
    ),
    written(
        rf"{_BARE_LABEL}(?:番号)?[^\S\n]{{0,3}}[:(]?[^\S\n]{{0,3}}(?P<value>(?=(?:[A-Z-]{{0,6}}\d-?){{4}}){_CODE})(?![\dA-Z年月日歳/-])",
        0.75,
    ),
    written(
        rf"{_ANY_LABEL}[^\S\n]{{0,3}}[:(]?[^\S\n]{{0,3}}(?P<value>(?=(?:[A-Z-]{{0,6}}\d-?){{4}}){_CODE})(?![\dA-Z年月日歳/.-])",
        0.55,
    ),
    written(rf"(?<=\()(?P<value>(?=(?:[A-Z-]{{0,6}}\d-?){{5}}){_CODE})(?=\))", 0.6),
    written(r"(?<![\dA-Z-])(?P<value>[A-Z]{1,4}-?\d{2,6}(?:-\d{2,8}){1,3})(?![\dA-Z-])", 0.5),
    written(r"(?<![\dA-Z-])(?P<value>[A-Z]{1,3}-?\d{5,9})(?![\dA-Z-])", 0.5),
    written(
        r"(?<![\dA-Z.,:/+-])(?P<value>(?:\d{7,10}|0\d{5}))(?![\dA-Z.,:/μ%-]|[^\S\n]?(?:[A-Zμ個円本倍回万]|コピー|単位))",
        0.5,
    ),
    written(rf"{_PATIENT_LABEL}{_TO_VALUE}{_VALUE}", 0.9),
    written(rf"(?<![A-Za-z])(?:ID|PID){_TO_VALUE}(?P<value>[A-Z]{{1,4}}\d{{3,12}})", 0.9),
)
_INSURANCE_LABEL = (
    r"(?:保険者等?番号|被保険者証?等?(?:の)?(?:記号|番号|証番号)?(?:[・･及びと]{1,2}番号)?|"
    r"(?:健康)?保険証?(?:の)?(?:記号)?[・･]?番号|保険証|資格確認書(?:の)?(?:番号)?|"
    r"公費(?:負担者?|受給者?)?(?:の)?番号|(?:公費|受給者|負担者)(?=[:\s]{1,3}\d{7,8}(?!\d))|(?:公費)?負担者番号|受給者(?:証)?(?:の)?番号|"
    r"介護保険(?:証|被保険者)?(?:の)?番号|記号[・･]番号|記号番号|共済番号|組合員証番号|後期高齢者(?:医療)?番号|"
    r"(?:[一-龥]{2,8}(?:受給者証|受療証|医療証|資格者証|認定証|受給証|手帳))(?:の)?(?:記号)?[・･]?(?:番号)?|生活保護(?:受給)?番号|枝番)"
)
_INSURED_VALUE = r"(?P<value>(?:[一-龥ぁ-んァ-ヶ]{1,6}[^\S\n]?[・･]?[^\S\n]?(?=\d))?[\dA-Z]{1,12}(?:[^\S\n]?[-・･/][^\S\n]?[\dA-Z]{1,12}){0,4}(?:[^\S\n]?\(枝番?[^\S\n:]{0,2}\d{1,2}\))?)(?![\d年月日歳])"
INSURANCE = (
    written(rf"{_INSURANCE_LABEL}{_TO_VALUE}(?P<value>\d{{1,5}}\n\d{{1,7}}(?=\s|$))", 0.93),
    written(r"枝番[^\d\n]{0,4}(?P<value>\d{2})(?!\d)", 0.92),
    written(rf"{_INSURANCE_LABEL}{_TO_VALUE}{_INSURED_VALUE}", 0.92),
    written(
        rf"(?<![一-龥])記号{_TO_VALUE}(?P<value>[一-龥ぁ-んァ-ヶ]{{0,6}}[・･]?[\d・･-]{{1,12}}[^\S\n]{{0,4}}[,、・/]?[^\S\n]{{0,4}}番号"
        rf"{_TO_VALUE}[\d-]{{1,12}}(?:[^\S\n]?\(?枝番?[^\S\n:]{{0,2}}\d{{1,2}}\)?)?)(?!\d)",
        0.93,
    ),
    written(
        rf"(?<![一-龥・])記号{_TO_VALUE}(?P<value>[一-龥ぁ-んァ-ヶ]{{0,6}}[・･]?\d[\d・･-]{{0,12}})(?!\d)",
        0.85,
    ),
    written(
        r"(?<![一-龥・])番号[^\S\n]{0,3}:?[^\S\n]{0,3}(?P<value>\d{2,12}(?:[^\S\n]?\(?枝番?[^\S\n:]{0,2}\d{1,2}\)?)?)(?![\d-])",
        0.7,
    ),
)
_TWELVE = r"\d{4}[^\S\n]?[-\n]?[^\S\n]?\d{4}[^\S\n]?[-\n]?[^\S\n]?\d{4}"
_MY_NUMBER_LABEL = (
    r"(?:マイナンバー(?:カード)?|個人番号(?:カード)?|My[^\S\n]?Number)(?:の)?(?:番号)?"
)
MY_NUMBERS = (
    written(rf"{_MY_NUMBER_LABEL}{_TO_VALUE}(?P<value>{_TWELVE})(?!\d)", 0.97),
    written(rf"(?<![\dA-Za-z.-])(?P<value>{_TWELVE})(?![\dA-Za-z-])", 0.6),
)
LABELLED = 0.9
"""The confidence from which a number had its label, and needs no check digit."""
_LICENCE_LABEL = (
    r"(?:(?:医籍|歯科医籍|薬剤師名簿|看護師籍|保健師籍|助産師籍|薬籍|医師籍)(?:の)?(?:登録)?|"
    r"(?:医師|歯科医師|薬剤師|看護師|准看護師|助産師|保健師|麻薬施用者|麻薬管理者|麻薬|臨床検査技師|診療放射線技師|"
    r"理学療法士|作業療法士|言語聴覚士|管理栄養士)(?:の)?(?:免許|登録)(?:証)?|"
    r"麻薬施用者|麻薬管理者|麻薬(?=番号)|施用者(?=番号)|保険医(?:登録|の登録)?|保険薬剤師(?:登録)?|専門医(?:認定|登録)?|指定医(?:登録)?|"
    r"認定医(?:登録)?|免許(?:証)?|指導医(?:登録)?)(?:の)?(?:番号|No\.?|№|記号)?"
)
LICENCES = (
    written(
        rf"{_LICENCE_LABEL}{_TO_VALUE}(?P<value>(?:[一-龥]{{0,4}}第[^\S\n]?)?(?:[一-龥A-Z]{{1,3}}-?)?"
        r"\d{1,8}(?:-\d{1,8}){0,3}(?:[^\S\n]?号)?)(?![\d年月日歳/.])",
        0.9,
    ),
    written(r"(?<!承認)(?<!許可)(?<!告示)(?<!番号)(?P<value>第[^\S\n]?\d{5,7}[^\S\n]?号)", 0.55),
)
OF_GOODS = re.compile(
    r"(?:ロット|Lot|製造|型|品|シリアル|カタログ|承認|JAN|GTIN|NCT|jRCT|UMIN|治験|製品|器械|機器|在庫|倫理|課題|文献|許可|認可|S/N|SN|REF|図|表|規格|部屋|病室|薬価|CPT|ICD|DRG|DPC)"
    r"[^\d\n]{0,8}$",
    re.IGNORECASE,
)
"""Before a number of a thing, which stands for no person."""
_DIGIT = re.compile(r"\d")


def has_check_digit(number: str) -> bool:
    """Whether the last of the twelve digits of ``number`` is the check digit of a My Number.

    It is 11 less the remainder, divided by 11, of the sum of the others from the right times
    2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6; and 0 where that remainder is 0 or 1. Source: order 85 of 2014
    of the Ministry of Internal Affairs and Communications, article 5.
    """
    digits = [int(each) for each in _DIGIT.findall(number)]
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    remainder = sum(map(int.__mul__, reversed(digits[:-1]), weights)) % 11
    return len(digits) == 12 and digits[-1] == (0 if remainder <= 1 else 11 - remainder)


def number_recognisers() -> list[WrittenRecogniser]:
    """Recognisers of My Numbers, and of the numbers of patients, insurance and licences."""
    return [
        WrittenRecogniser(Kind.MY_NUMBER, MY_NUMBERS, _my_number),
        WrittenRecogniser(Kind.PATIENT_ID, PATIENT_IDS, _labelled_number),
        WrittenRecogniser(Kind.INSURANCE, INSURANCE, _labelled_number),
        WrittenRecogniser(Kind.LICENCE, LICENCES, _labelled_number),
    ]


def _my_number(text: str, start: int, end: int, confidence: float) -> float:
    """0 without a label and a right check digit; one digit twelve times is no number."""
    number = text[start:end]
    real = has_check_digit(number) and len(set(_DIGIT.findall(number))) > 1
    return confidence if real or confidence >= LABELLED else 0.0


def _labelled_number(text: str, start: int, end: int, confidence: float) -> float:
    """0 without two digits in it, or without one behind a label that means nothing else."""
    digits = len(_DIGIT.findall(text[start:end]))
    if confidence < LABELLED and OF_GOODS.search(text[max(start - 16, 0) : start]):
        return 0.0
    return confidence if digits >= 2 or (digits and confidence > LABELLED) else 0.0
