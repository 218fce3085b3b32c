"""What it takes to pass the national medical licensing examination."""

from dataclasses import dataclass

MOST_FORBIDDEN = 3
"""Questions on which a candidate who passes may have taken a forbidden choice (禁忌肢)."""
REQUIRED_SECTIONS = "BE"
"""The required sections (必修), which have a line of their own."""


@dataclass(frozen=True, slots=True)
class PassLine:
    """Points that pass, and the most there are, in the required and in the general sections."""

    required: int
    required_points: int
    general: int
    general_points: int


PASS_LINES = {
    2018: PassLine(160, 200, 208, 299),
    2019: PassLine(160, 200, 209, 296),
    2020: PassLine(158, 197, 217, 299),
    2021: PassLine(160, 200, 209, 300),
    2022: PassLine(158, 197, 214, 297),
}
"""The Ministry's lines for the 112th to the 116th examination, by year."""
