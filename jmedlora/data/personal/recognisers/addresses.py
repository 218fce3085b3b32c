"""Postal addresses, each one span from the prefecture or city to the building."""

import re

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.prefectures import PREFECTURES
from jmedlora.data.personal.recognisers.written import Written, WrittenRecogniser

_PREFECTURE = rf"(?:{'|'.join(PREFECTURES)})"
_GAP = r"[^\S\n]{0,2}\n?[^\S\n]{0,2}"
_J = r"[一-龥々〆ヶヵケノツァ-ヴーぁ-ん]"
_KANA_CITY = (
    "さいたま|つくば(?:みらい)?|いわき|ひたちなか|うるま|あきる野|みどり|かほく|さくら|ふじみ野|みやま|うきは|"
    "かすみがうら|さぬき|南アルプス|くりはら|たつの|つがる|にかほ|むつ|みよし|あま|あわら|いすみ|いなべ|いちき串木野|えびの|おおい|かつらぎ"
)
_CITY = rf"(?:(?:[一-龥々ヶケノ]{{1,6}}|{_KANA_CITY})(?:市|郡|区))"
_DIGITS, _KANJI_NUMBER = (
    r"\d{1,5}",
    r"[一二三四五六七八九十百千〇]{1,5}(?=丁目|番|条|号|-|の[一二三四五六七八九十百〇\d]{1,3}(?:の|番|号|\s|$))",
)
_N = rf"(?:{_DIGITS}|{_KANJI_NUMBER})"
_PART = rf"(?:{_N}|[A-Z]\d{{0,4}}(?![A-Za-z0-9])|(?<=[の-])[一二三四五六七八九十百千〇]{{1,5}})"
_HOUSE = rf"{_N}(?:{_GAP}(?:丁目|番地の?[甲乙丙丁イロハニホ]?|番町?|号(?!室)|条|地割|-|の(?=[\d一二三四五六七八九十])){_GAP}{_PART}?){{0,6}}"
_TOWN = rf"(?:{_J}{_GAP}){{0,18}}?"
_FURTHER = rf"(?:(?:{_J}{{0,4}}|[上下東西]入?[るルが]?[^\S\n]?{_J}{{1,10}}){_HOUSE}){{0,2}}"
"""Further numbers: 3条西9丁目, and 三条下る朝倉町99番地 in Kyoto."""
_ROOM = r"(?:[一二三四五六七八九十]{1,3}階|[〇一二三四五六七八九十]{2,4}(?:号室?)?|[A-Z]?-?\d{1,4}(?:号室?|室|階|F(?![A-Za-z])|-\d{1,4})?|[A-Z]棟)"
_HOME = (
    r"(?:マンション|アパート|ハイツ|コーポ|荘|ビル|館|レジデンス|メゾン|団地|寮|ハイム|パレス|タワー|コート|ヒルズ|"
    r"ハウス|住宅|棟|テラス|ガーデン|プラザ|ホーム|苑|邸|グランド|シティ|ヴィラ|ビラ|パーク|フラット|カーサ|プレイス|"
    r"ステージ|スクエア|クレスト|エステート|ドミール|ロイヤル|サンハイツ|アネックス)"
)
_NO_HOME = r"住所|住民|現住|郵便|本籍|生年|電話|内線|TEL|携帯|FAX|ID|カルテ|診察|番号|連絡|氏名|患者|年齢|体重|身長|PHS|直通|病棟|医療機関|No"
"""What stands behind an address and before a number, and is no name of a house."""
_WORD = r"[一-龥々ァ-ヴーぁ-んA-Za-z・'0-9]"
_BUILDING = (
    rf"(?:{_GAP}(?:{_WORD}{{0,12}}{_HOME}[ァ-ヴー一-龥ぁ-んA-Za-z・]{{0,10}}[^\S\n]{{0,2}}(?:{_ROOM}[^\S\n]?){{0,3}}"
    rf"|(?<=[\s号地0-9])[ァ-ヴーA-Za-z・]{{3,16}}[^\S\n]{{0,2}}(?:[一-龥]{{0,4}}){_ROOM}"
    rf"|(?<=\s)[一-龥々ぁ-んァ-ヴー・]{{2,14}}[^\S\n]{{0,2}}\d{{1,4}}号室?"
    rf"|(?<=\s)(?!{_NO_HOME})[一-龥々ぁ-んァ-ヴーA-Za-z・]{{2,14}}[^\S\n]{{0,2}}\d{{3,4}}(?![\d:.-])"
    rf"|(?<=\s)(?!{_NO_HOME})[一-龥々ぁ-んァ-ヴーA-Za-z・]{{2,14}}[^\S\n]{{0,2}}{_ROOM}(?<=[号室階F])"
    rf"|\((?!{_NO_HOME})[一-龥々ぁ-んァ-ヴーA-Za-z・0-9]{{2,16}}(?:号室?|室|棟)\)"
    rf"|\d{{1,4}}号?室|\d{{1,2}}[階F](?![A-Za-z])))?"
)
_FULL = re.compile(rf"(?P<value>{_PREFECTURE}{_GAP}{_TOWN}{_HOUSE}{_FURTHER}{_BUILDING})")
_CITY_ON = re.compile(rf"(?P<value>{_CITY}{_GAP}{_TOWN}{_HOUSE}{_FURTHER}{_BUILDING})")
_COARSE = re.compile(
    rf"(?P<value>{_PREFECTURE}[^\S\n]?(?:[一-龥々ヶケノ]{{1,6}}?|{_KANA_CITY})[市区郡町村]"
    r"(?:[一-龥々ヶケノ]{1,6}?[区町村](?![立内民役]))?(?![立内民役])"
    r"(?:[一-龥々ヶケノ]{1,6}(?=[\s、。)に在]|から|より|で|の自宅|$))?)"
)
_TOWN_ONLY = re.compile(
    rf"(?P<value>{_CITY}{_CITY}?[一-龥々ヶケノ]{{0,8}})(?=[^\S\n]?(?:に?在住|にお?住|在$|に?居住|より転入|から転入|へ転居|へ転入|の(?:自宅|実家|家|借家|長男|長女|次男|次女|娘|息子|妹|弟|姉|兄)|出身|から(?!の紹介)|で(?:独居|一人|暮ら)|にある))"
)
_LABELLED = re.compile(
    r"(?:住[^\S\n]{0,4}所|居住地|所在地|現住所|本籍地?|帰省先|里帰り先|退院先|転居先|転居元|転入元|実家|自宅|宿泊先|勤務先|送付先|郵送先|宛先|お住まい)"
    r"(?:\([^()\n]{1,8}\))?[^\S\n]{0,4}[:\s]{1,4}"
    rf"(?P<value>{_J}{{2,14}}{_HOUSE}{_FURTHER}{_BUILDING}|{_CITY}{_J}{{1,12}}(?=[\s、。)(]|$))"
)
_TOWN_ON = re.compile(
    rf"(?<![一-龥々])(?P<value>[一-龥々ヶケ]{{1,5}}[町村](?:大字|字)?{_J}{{0,8}}?\d{{1,5}}(?:丁目|番地?|-){_GAP}\d{_HOUSE}?{_BUILDING}"
    rf"|[一-龥々ヶケノがのツァ-ヴ]{{2,8}}{_N}丁目{_GAP}{_HOUSE}{_BUILDING})"
)
"""An address that begins with its town."""
_WARD = re.compile(
    rf"(?P<value>(?:[一-龥々]{{1,5}}|{_KANA_CITY})市[一-龥々]{{1,4}}区(?!内|在住|民|立|長|役所|医師|保健|福祉|消防|社協|地区|外)[一-龥々ヶケノ]{{1,6}}(?:[がのケヶ]丘|台)?)(?=[\s、。)(]|$|から|より|に|の|で|へ|付近|在)"
)
"""A town of a ward of a city."""
_NO_PLACE = re.compile(
    r"役所|医師会|薬剤師会|保健所|福祉事務所|消防|支所|出張所|第[^\S\n]?\d[\d-]{2,9}[^\S\n]?号|病院|医院|クリニック|センター(?!ビル|南|北)|大学(?!町|前|通)|[\d一二三四五六七八九十元][年月歳]|[^\S\n]{2}"
)


def address_recognisers() -> list[WrittenRecogniser]:
    """The recogniser of addresses from a prefecture or a city on, with or without their number."""
    ways = [Written(_FULL, 0.95), Written(_CITY_ON, 0.85), Written(_COARSE, 0.7), Written(_TOWN_ONLY, 0.75),
            Written(_LABELLED, 0.85), Written(_TOWN_ON, 0.75), Written(_WARD, 0.6)]  # fmt: skip
    return [WrittenRecogniser(Kind.ADDRESS, ways, _address)]


def _address(text: str, start: int, end: int, confidence: float) -> float:
    """0 where a hospital or a date stands between the city and the number."""
    return 0.0 if _NO_PLACE.search(text, start, end) else confidence
