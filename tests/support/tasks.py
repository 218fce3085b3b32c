"""The project's tasks as lm-eval loads them, and the prompts that it sends for them."""

from lm_eval.tasks import TaskManager

from tests.support.commands import TASKS


def manager(**metadata):
    return TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata)


def load(name, **metadata):
    return manager(**metadata).load_task_or_group([name])[name]


def prompts(task, shots):
    """The prompts that lm-eval sends for ``task``, by problem_id."""
    task.set_config("num_fewshot", shots)
    task.set_fewshot_seed(1234)
    task.build_all_requests()
    return {instance.doc["problem_id"]: instance.args[0] for instance in task.instances}
