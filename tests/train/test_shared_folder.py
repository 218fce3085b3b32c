"""What several machines write into one folder."""

import json

from axolotl.utils.dict import DictDefault

from jmedlora.train.callback import checkpoint_sizes
from jmedlora.train.plugin import RecipePlugin
from tests.support.connected import run_connected
from tests.support.plugin import on


def sizes(folder, said):
    from axolotl.utils.distributed import init_distributed_state

    init_distributed_state()
    said.write_text(json.dumps(checkpoint_sizes(folder)), encoding="utf-8")


def test_a_file_that_a_machine_sees_late_is_counted(tmp_path):
    """As over NFS: each machine sees what it wrote, the other's files too short or not at all."""
    seen = [{"card": 3, "shard-0": 8, "shard-1": 2}, {"card": 3, "shard-1": 8, "rng-1": 5}]
    for rank, files in enumerate(seen):
        (tmp_path / str(rank)).mkdir()
        for name, length in files.items():
            (tmp_path / str(rank) / name).write_bytes(bytes(length))
    said = [tmp_path / f"said-{rank}" for rank in (0, 1)]
    assert run_connected(sizes, *[(tmp_path / str(rank), said[rank]) for rank in (0, 1)]) == [0, 0]
    whole = {"card": 3, "rng-1": 5, "shard-0": 8, "shard-1": 8}
    assert [json.loads(path.read_text()) for path in said] == [whole, whole]


def test_the_final_weights_are_written_by_one_process(monkeypatch):
    """Axolotl's save asks for local_rank 0, which is a process of each machine."""
    for rank in (0, 1):
        on(monkeypatch, 2, rank)
        cfg = DictDefault(local_rank=0)
        RecipePlugin().post_train(cfg, None)
        assert cfg.local_rank == rank
