"""The keys that a recipe may hold beside Axolotl's own."""

from typing import Any

from pydantic import BaseModel, Field


class Prompt(BaseModel):
    """The text around an instruction record (paper, Figure 1); see jmedlora.data.tokenize."""

    format: str
    no_input_format: str


class Chat(BaseModel):
    """How records become the messages of a chat; see jmedlora.data.chat_template."""

    system: str | None = None
    template_arguments: dict[str, Any] | None = None
    date: str | None = None


class RecipeSettings(BaseModel):
    """Merged by Axolotl into its own configuration schema."""

    train_file: str | None = None
    """The training file, in place of the path under datasets."""
    effective_batch: int | None = Field(default=None, gt=0)
    """Rows a step over all processes; gradient_accumulation_steps follows from it."""
    prompt: Prompt | None = None
    chat: Chat | None = None
    source_len: int | None = Field(default=None, gt=0)
    """Tokens of a prompt at most; a longer one keeps its first tokens."""
    target_len: int | None = Field(default=None, gt=0)
    """Tokens of an answer at most, end token included; a longer one keeps its first tokens."""
    reward_questions: str | None = None
    """The questions whose marks are the reward: a file, or "jmed_sample"
    (jmedlora.train.reward_questions)."""
