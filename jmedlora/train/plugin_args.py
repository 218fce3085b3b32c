"""The keys that a recipe may hold beside Axolotl's own."""

from pydantic import BaseModel, Field


class Prompt(BaseModel):
    """The text around an instruction record (paper, Figure 1); see jmedlora.data.tokenize."""

    format: str
    no_input_format: str


class RecipeSettings(BaseModel):
    """Merged by Axolotl into its own configuration schema."""

    effective_batch: int | None = Field(default=None, gt=0)
    """Rows a step over all processes; gradient_accumulation_steps follows from it."""
    prompt: Prompt | None = None
    source_len: int | None = Field(default=None, gt=0)
    """Tokens of a prompt at most; a longer one keeps its first tokens."""
    target_len: int | None = Field(default=None, gt=0)
    """Tokens of an answer at most, end token included; a longer one keeps its first tokens."""
    reward_questions: str | None = None
    """The questions whose marks are the reward: a file, or "jmed_sample"
    (jmedlora.train.reward_questions)."""
