"""Forward and backward passes of single layers in PyTorch; see ../convolution.ts.

    python layers.py '{"threads": 2, "rounds": 9, "layers": [...]}'   prints JSON: seconds for each layer, the best of all rounds
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

task = json.loads(sys.argv[1])
torch.set_num_threads(task["threads"])


def prepare(layer):
    batch, channels, height, width = layer["image"]
    x = torch.randn(batch, channels, height, width, requires_grad=layer["kind"] != "stem")
    kind = layer["kind"]
    if kind in ("convolution", "stem"):
        stride, dilation, kernel = layer["stride"], layer["dilation"], layer["kernel"]
        weight = torch.randn(layer["outputs"], channels, kernel, kernel, requires_grad=True)
        run = lambda: F.conv2d(x, weight, None, stride, dilation * (kernel - 1) // 2, dilation)
        return run, [x, weight]
    if kind == "normalization":
        scale, shift = torch.ones(channels, requires_grad=True), torch.zeros(channels, requires_grad=True)
        mean, variance = torch.zeros(channels), torch.ones(channels)
        return lambda: F.relu(F.batch_norm(x, mean, variance, scale, shift, True)), [x, scale, shift]
    if kind == "maximum":
        return lambda: F.max_pool2d(x, 3, 2, 1), [x]
    if kind == "resize":
        size = (layer["size"], layer["size"])
        return lambda: F.interpolate(x, size, mode="bilinear", align_corners=False), [x]
    labels = torch.randint(0, channels, (batch, height, width))
    return lambda: F.cross_entropy(x, labels), [x]


def measure(layer):
    run, leaves = prepare(layer)
    gradient = torch.randn_like(run())
    best = float("inf")
    for _ in range(task["rounds"] + 1):
        for leaf in leaves:
            leaf.grad = None
        start = time.perf_counter()
        run().backward(gradient)
        best = min(best, time.perf_counter() - start)
    return best


print(json.dumps({"version": torch.__version__, "seconds": [measure(layer) for layer in task["layers"]]}))
