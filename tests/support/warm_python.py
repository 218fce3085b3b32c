"""A Python with the heavy imports behind it, which forks a process for every command.

Most of a short ``lm_eval`` or Axolotl run is the import of PyTorch and what stands on it. A warm
Python imports that once. Each command is then a process of its own, with its own arguments, folder,
environment, logging and exit status; it runs its module as ``python -m`` does. What is imported has
read its settings from the environment before: a command with other settings starts anew.

``python tests/support/warm_python.py MODULE...`` is the warm Python. It reads a request a line, and
answers with the number of the process that it forked, then with its exit status. Run by another
Python than that of the tests it has the packages of that one; a command then finds its modules as
the console script beside that Python does, and not in the folder that it is started in.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache, partialmethod
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
OFFLINE = ("unshare", "--map-root-user", "--net")
EVALUATION = (
    "lm_eval.evaluator", "lm_eval.loggers", "lm_eval.models.huggingface", "lm_eval._cli.run",
    "lm_eval.config.evaluate_config", "lm_eval.tasks", "datasets", "peft", "pytablewriter",
    "transformers.models.gpt_neox.modeling_gpt_neox", "transformers.models.llama.modeling_llama",
    "jmedlora.exams.asked_exam", "jmedlora.exams.chat_answers",
)  # fmt: skip
TRAINING = (
    "axolotl.cli.train", "axolotl.train", "axolotl.core.builders.causal", "datasets", "peft",
    "bitsandbytes", "jmedlora.train.plugin", "torch.utils.tensorboard",
    "axolotl.cli.checks", "axolotl.cli.config", "jmedlora.train.answer_strategy",
    "jmedlora.train.plugin_args", "jmedlora.train.prompt_strategy", "matplotlib.figure",
    "matplotlib.backends.backend_agg", "peft.tuners.lora.bnb",
    "transformers.integrations.bitsandbytes",
    "transformers.models.gpt_neox.modeling_gpt_neox", "transformers.models.llama.modeling_llama",
)  # fmt: skip
REPORT = (
    "jmedlora.report.compare.comparison", "jmedlora.report.figures.curves", "jinja2",
    "rich.console", "rich.table",
)  # fmt: skip
GENERATION = ("jmedlora.data.generate.client", "openai", "openai.resources.chat")
WARM = {
    "lm_eval": EVALUATION,
    "tests.support.two_processes": EVALUATION,
    "jmedlora.train.cli": EVALUATION,
    "axolotl.cli.train": TRAINING,
    "jmedlora.data.cli": GENERATION,
    "jmedlora.report.cli": REPORT,
}
"""By the module that a command runs: what is imported beforehand."""
TORCHRUN = "torch.distributed.run"
OF_A_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}


def run_warm(
    line: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str] | None:
    """Runs ``line`` to its end in a fork of a warm Python; None where there can be none for it."""
    if not (found := _warm_for(line, environment)):
        return None
    warm, arguments = found
    with tempfile.TemporaryDirectory() as written:
        out, err = Path(written, "out"), Path(written, "err")
        with warm.used:
            forked = warm.fork(arguments, folder, environment, out, err)
            try:
                status = forked.wait(seconds)
            except subprocess.TimeoutExpired:
                forked.kill()
                forked.wait(10)
                raise
        return subprocess.CompletedProcess(list(line), status, out.read_text(), err.read_text())


def start_warm(
    line: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> "Forked":
    """Starts ``line`` in such a fork, which has to end before the next one of its kind starts.

    log: where it writes to.
    """
    warm, arguments = _warm_for(line, environment) or (None, ())
    assert warm, f"nothing is imported beforehand for {line}"
    return warm.fork(arguments, folder, environment, log, log)


def _warm_for(
    line: Sequence[str], environment: Mapping[str, str]
) -> tuple["_Warm", Sequence[str]] | None:
    """The Python that has imported what ``line`` runs, and what it has to run."""
    prefix, rest = (OFFLINE, line[3:]) if tuple(line[:3]) == OFFLINE else ((), line)
    arguments = _module_and_arguments(rest)
    imported = next((WARM[part] for part in arguments if part in WARM), None)
    if imported is None:
        return None
    settings = {key: value for key, value in environment.items() if not _is_read_late(key)}
    python = rest[0] if rest[1] == "-m" else sys.executable
    return _warm((*prefix, python), imported, tuple(sorted(settings.items()))), arguments


def _module_and_arguments(line: Sequence[str]) -> Sequence[str]:
    """What runs in ``python -m MODULE ARGUMENTS...`` or torchrun; empty for another command."""
    if Path(line[0]).name.startswith("python") and tuple(line[1:2]) == ("-m",):
        return line[2:] if line[2] in (*WARM, TORCHRUN) else ()
    return (TORCHRUN, *line[1:]) if Path(line[0]).name == "torchrun" else ()


def _is_read_late(variable: str) -> bool:
    """Whether no import reads it: this project's own variables, pytest's, and a shell's."""
    return variable.startswith(("JMED_", "PYTEST_")) or variable in OF_A_SHELL


@cache
def _warm(
    python: tuple[str, ...], modules: tuple[str, ...], settings: tuple[tuple[str, str], ...]
) -> "_Warm":
    return _Warm(python, modules, dict(settings))


class _Warm:
    """The process at the other end of two pipes; it ends when they are closed."""

    def __init__(
        self, python: Sequence[str], modules: Sequence[str], settings: Mapping[str, str]
    ) -> None:
        self._scripts = None if python[-1] == sys.executable else str(Path(python[-1]).parent)
        self._process = subprocess.Popen(
            [*python, __file__, *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=ROOT, env=settings, text=True,
        )  # fmt: skip
        self.used = threading.Lock()
        """Held while a fork runs: the next one of another thread waits."""
        self.answer(600)  # it is ready; on a busy machine that takes minutes

    def fork(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
    ) -> "Forked":
        request = {"arguments": list(arguments), "folder": str(folder), "out": str(out),
                   "err": str(err), "environment": dict(environment),
                   "beside": self._scripts or str(folder)}  # fmt: skip
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Forked(self.answer(10), arguments, self)

    def answer(self, seconds: float) -> int:
        """The next answer, which is one line and never a part of one."""
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        return int(self._process.stdout.readline())


class Forked:
    """A process that a warm Python forked, with what the tests need of subprocess.Popen."""

    def __init__(self, pid: int, arguments: Sequence[str], warm: _Warm) -> None:
        self.pid = pid
        self._arguments = arguments
        self._warm = warm
        self._status: int | None = None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, seconds: float = 600) -> int:
        if self._status is None:
            try:
                self._status = self._warm.answer(seconds)
            except TimeoutError:
                raise subprocess.TimeoutExpired(list(self._arguments), seconds) from None
        return self._status

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.kill(self.pid, signal.SIGKILL)


def main() -> None:
    del sys.path[0]  # the folder of this file
    answers = os.dup(1)
    os.dup2(2, 1)  # what an import prints is no answer
    for name in sys.argv[1:]:
        importlib.import_module(name)
    if "lm_eval.evaluator" in sys.modules:
        without_the_list_of_packages()
    gc.collect()
    gc.freeze()  # the forks share what is there
    os.write(answers, b"0\n")
    for line in sys.stdin:
        if not (forked := os.fork()):
            _become(**json.loads(line))
        os.write(answers, f"{forked}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1])
        os.write(answers, f"{status}\n".encode())


def _become(
    arguments: list[str],
    folder: str,
    out: str,
    err: str,
    environment: dict[str, str],
    beside: str,
) -> NoReturn:
    for number, path in enumerate((os.devnull, out, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    module, *_ = sys.argv = arguments
    sys.path.insert(0, beside)
    if module == "lm_eval" and "--include_path" in arguments:
        without_the_tasks_of_lm_eval()
    if module == TORCHRUN:
        _fork_the_ranks()
    sys.modules.pop(module, None)  # runpy would warn of it
    status = _status_of(module)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # to take all that was imported apart again would cost five seconds


def _status_of(module: str) -> int:
    """Runs it; what it ends with, and says at its end, as a Python of its own would."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def without_the_tasks_of_lm_eval() -> None:
    """To read 13,000 files takes five seconds; tests/project/test_wheel.py does it."""
    from lm_eval.tasks import TaskManager

    TaskManager.__init__ = partialmethod(TaskManager.__init__, include_defaults=False)


def without_the_list_of_packages() -> None:
    """To have ``pip list`` write it into every results file takes one of two seconds."""
    from torch.utils import collect_env

    collect_env.get_pip_packages = lambda *_: ("pip", "")


def _fork_the_ranks() -> None:
    """torchrun starts a new Python for each process; its launcher can fork as well."""
    from torch.distributed.launcher import api

    class Launch(api.elastic_launch):
        def __init__(self, config: Any, entrypoint: str) -> None:
            del entrypoint  # the Python of a new process
            config.start_method = "fork"
            super().__init__(config, _rank)

    api.elastic_launch = Launch


def _rank(*arguments: str) -> None:
    """Runs one process of several, given as ``-u -m MODULE ARGUMENTS...``."""
    module, *_ = sys.argv = list(arguments[2:])
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
