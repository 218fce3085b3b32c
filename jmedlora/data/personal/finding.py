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
