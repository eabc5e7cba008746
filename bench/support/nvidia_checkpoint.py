"""Writes a checkpoint as large as a published one of 1024² (config-f): G, D and G_ema, with random weights.

Usage: nvidia_checkpoint.py FILE. The structure is that of the small fixtures, which the script beside them makes.
"""

import importlib.util
import pathlib
import sys

import torch

fixtures = pathlib.Path(__file__).parents[2] / "test/fixtures/stylegan/checkpoints/make.py"
spec = importlib.util.spec_from_file_location("checkpoints", fixtures)
checkpoints = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checkpoints)

channels = [512, 512, 512, 512, 512, 256, 128, 64, 32]
mapping = [512] * 9
# What the published discriminator of 1024² holds.
discriminator_weights = 29_012_513

weights = checkpoints.reference.make_weights("skip", channels, mapping, checkpoints.MULTIPLIER, 1)
options = dict(architecture="skip", clamp=256, noise=True, channels_last=False, filter=checkpoints.reference.FILTER)
network = checkpoints.generator(weights, mapping, channels, 0, options)
snapshot = checkpoints.snapshot_of(network)
other = {name: tensor.clone() for name, tensor in weights.items()}
snapshot["G"] = checkpoints.generator(other, mapping, channels, 0, options)
checkpoints.parameter(snapshot["D"].b4, "weight", torch.randn(discriminator_weights))
checkpoints.save_pickle(pathlib.Path(sys.argv[1]).resolve(), snapshot, protocol=3, old_numpy=True)
