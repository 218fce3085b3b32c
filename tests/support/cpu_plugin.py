"""An Axolotl plugin for tests: trains a recipe in several CPU processes over gloo.

Axolotl 0.19, accelerate 1.13 and transformers 5.16 take more than one process to mean GPUs:

- Axolotl passes device_map {"": LOCAL_RANK}, which transformers reads as a GPU's number;
- Axolotl builds FSDP2's device mesh on "cuda";
- accelerate never turns FSDP on for several CPU processes (silently plain DDP);
- transformers loads optimizer.pt with map_location "cpu:0", which torch.load does not know.

To be started by ``ACCELERATE_USE_CPU=true torchrun --nproc_per_node N -m axolotl.cli.train``:
``accelerate launch --cpu --num_processes N`` starts one process only.
"""

import os

import torch
from accelerate.parallelism_config import ParallelismConfig
from accelerate.state import AcceleratorState, DistributedType, PartialState
from axolotl.integrations.base import BasePlugin
from axolotl.loaders.model import ModelLoader


class CPUPlugin(BasePlugin):
    def register(self, cfg):
        torch.serialization.register_package(
            5, lambda obj: None, lambda obj, place: obj if place.startswith("cpu:") else None
        )
        _load_on_the_cpu()
        mesh = ParallelismConfig.build_device_mesh
        ParallelismConfig.build_device_mesh = lambda self, _: mesh(self, "cpu")
        _allow_fsdp()


def _load_on_the_cpu():
    configure = ModelLoader._set_device_map_config

    def configure_cpu(self):
        configure(self)
        if "device_map" in self.model_kwargs:
            self.model_kwargs["device_map"] = "cpu"

    ModelLoader._set_device_map_config = configure_cpu


def _allow_fsdp():
    init = AcceleratorState.__init__

    def init_with_fsdp(self, *args, **kwargs):
        if PartialState._shared_state == {}:
            PartialState(cpu=True)
        state = PartialState._shared_state
        wanted = os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true"
        if wanted and state.get("distributed_type") == DistributedType.MULTI_CPU:
            state["distributed_type"] = DistributedType.MULTI_GPU
        init(self, *args, **kwargs)

    AcceleratorState.__init__ = init_with_fsdp
