"""``lm_eval`` whose model "hf-cpu-ranks" splits the questions between processes without a GPU.

lm-eval's hf model does so only where it counts more than one GPU. Everything else is its own code:
the splitting of requests, the padding, the gathering of samples.
"""

from lm_eval.__main__ import cli_evaluate
from lm_eval.api.registry import register_model
from lm_eval.models.huggingface import HFLM

from tests.support.warm_python import without_the_tasks_of_lm_eval


@register_model("hf-cpu-ranks")
class CpuRanks(HFLM):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._rank = self.accelerator.local_process_index
        self._world_size = self.accelerator.num_processes


if __name__ == "__main__":
    without_the_tasks_of_lm_eval()
    cli_evaluate()
