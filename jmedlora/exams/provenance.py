"""What a results file says of the questions that were asked: written by the tasks, read by reports.

lm-eval keeps a task's metadata in its results; the tasks write a ``Provenance`` there.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal[1] = 1
"""The version of this form. A file with another one is refused."""
MOST = 10**9
"""The most questions or seeds: more is a damaged file."""
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Count = Annotated[int, Field(ge=0, le=MOST, strict=True)]
Text = Annotated[str, Field(strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Excluded(_Part):
    """What an exclude list left out: how many questions, and the hash of their ids."""

    questions: Count
    sha256: Text


class FollowUps(_Part):
    """The questions asked that follow the first one of a series (連問).

    ids: their problem_ids. with_case: whether each was asked with the case that it belongs to.
    """

    ids: tuple[Text, ...]
    with_case: Annotated[bool, Field(strict=True)]


class Rewarded(_Part):
    """The questions asked whose marks were the reward that the model was trained with.

    ids: their problem_ids. reward: the files of the rewards' questions, as the run card names them.
    """

    ids: tuple[Text, ...]
    reward: Text


class PromptLengths(_Part):
    """The model's context, and the longest prompt with 0, 1 … worked examples, in tokens."""

    length: Count
    longest: tuple[Count, ...]


class Provenance(_Part):
    """Which questions were asked, and how.

    format: the version of this form. jmed: the version of the package that asked. exam: its name.
    protocol: a name in PROTOCOLS. source: "JMED_DATA", "cache", "package" or "file". items: how
    many questions the exam has, as far as the task can ask them. whole: how many it has, where
    those are more. sha256: the hash of all of them. examples: hashes of the first one,
    two … worked examples. floors: by score and by floor. excluded, shuffle_seed, context: None
    where no list left questions out, the choices stood as published, the model was behind a server.
    chosen: how many of them ``--samples`` chose. code, filters: hashes of the code that scored, and
    of the functions among the task's filters. vllm: its version, where it ran the model.
    follow_ups: None where there are none, and in files that do not say it. rewarded: None where no
    question is known to have been a reward. servers_settings: whether a server was left to choose
    the temperature where none was given; None: it was sent 0, or there was no server.
    """

    format: Literal[1]
    jmed: Text
    exam: Text
    protocol: Text
    source: Text
    items: Count
    sha256: Text
    examples: tuple[Text, ...]
    floors: dict[str, dict[str, Share]]
    excluded: Excluded | None = None
    shuffle_seed: Count | None = None
    context: PromptLengths | None = None
    whole: Count | None = None
    chosen: Count | None = None
    code: Text | None = None
    filters: Text | None = None
    vllm: Text | None = None
    follow_ups: FollowUps | None = None
    rewarded: Rewarded | None = None
    servers_settings: Annotated[bool, Field(strict=True)] | None = None

    @property
    def left_out(self) -> int:
        """Questions of the exam that were not asked because an exclude list names them."""
        return self.excluded.questions if self.excluded else 0

    def as_record(self) -> dict[str, Any]:
        """Plain JSON types, without what is None."""
        return self.model_dump(mode="json", exclude_none=True)


def is_ours(metadata: Any) -> bool:
    """Whether the metadata of a task's configuration are those of a task of this project."""
    data = metadata.get("data") if isinstance(metadata, Mapping) else None
    return isinstance(data, Mapping) and "jmed" in data
