"""What was found: a kind of personal data and its place in a text."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of personal data that are sought."""

    NAME = "NAME"  # of a person, without honorific and profession
    PATIENT_ID = "PATIENT_ID"  # patient, chart, reception
    INSURANCE = "INSURANCE"  # insurer, insured person, public expense, long-term care
    MY_NUMBER = "MY_NUMBER"  # Individual Number, 12 digits with a check digit
    PHONE = "PHONE"  # telephone and fax
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"  # from prefecture or city to the building
    POSTCODE = "POSTCODE"
    BIRTH_DATE = "BIRTH_DATE"
    DATE = "DATE"  # an exact day, with or without its year
    AGE = "AGE"  # from 90
    LICENCE = "LICENCE"  # of physicians, pharmacists and nurses
    URL = "URL"


JAPANESE = {
    Kind.NAME: "氏名",
    Kind.PATIENT_ID: "患者番号",
    Kind.INSURANCE: "保険の番号",
    Kind.MY_NUMBER: "マイナンバー",
    Kind.PHONE: "電話・ファクス番号",
    Kind.EMAIL: "メールアドレス",
    Kind.ADDRESS: "住所",
    Kind.POSTCODE: "郵便番号",
    Kind.BIRTH_DATE: "生年月日",
    Kind.DATE: "日付",
    Kind.AGE: "90 歳以上の年齢",
    Kind.LICENCE: "免許番号",
    Kind.URL: "URL",
}
"""What the kinds are called on the page."""


@dataclass(frozen=True, order=True)
class Finding:
    """One piece of personal data in a text.

    Attributes:
        start, end: its place, ``text[start:end]``, in characters from 0.
        kind: what it is.
        confidence: how sure the recogniser is, from above 0 to 1.

    """

    start: int
    end: int
    kind: Kind
    confidence: float
