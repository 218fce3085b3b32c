"""Invented people, and something that finds them without a model of a language."""

import re

from jmedlora.data.personal.finding import Finding, Kind

LETTER = (
    "患者氏名: 山田 太郎 様（ヤマダ タロウ） 患者ID: 00123456\n"
    "生年月日: 昭和5年3月4日（93歳） 住所: 東京都文京区本郷7丁目3-1\n"
    "入院 2023年4月5日、手術 4月10日、退院 2023/04/19。電話 03-1234-5678。\n"
    "山田さんは転倒なし。佐藤先生の外来へ。\n"
)
"""A letter about nobody."""
PATTERNS = {
    Kind.NAME: r"山田 ?(?:太郎)?(?<! )|ヤマダ タロウ|佐藤",
    Kind.PATIENT_ID: r"(?<=ID: )\d{8}",
    Kind.BIRTH_DATE: r"昭和\d+年\d+月\d+日",
    Kind.DATE: r"(?<!\d)\d{4}[年/]\d+[月/]\d+日?|(?<![年\d])\d+月\d+日",
    Kind.AGE: r"9\d歳",
    Kind.ADDRESS: r"東京都文京区[^\s]{1,12}",
    Kind.PHONE: r"03-\d{4}-\d{4}",
}


class StandIn:
    """Finds the people of LETTER; what it finds in a text depends on the text alone."""

    def find(self, text: str) -> list[Finding]:
        found = [
            Finding(each.start(), each.end(), kind, 0.9)
            for kind, pattern in PATTERNS.items()
            for each in re.finditer(pattern, text)
        ]
        return sorted(found)
