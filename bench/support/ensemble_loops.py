"""Ten classifiers trained one after another in PyTorch, as in the published code, on given weights and minibatches.

Usage: ensemble_loops.py FOLDER. FOLDER/task.json holds the lengths; features, labels, indices and the initial weights
lie beside it as raw little-endian numbers. Writes weight1 [members, D, first] after training, prints seconds as JSON.
"""

import json
import pathlib
import sys
import time

import torch

folder = pathlib.Path(sys.argv[1])
task = json.loads((folder / "task.json").read_text())
members, features, first, second, parts = (task[key] for key in ("members", "features", "first", "second", "parts"))
steps, batch, pixels = (task[key] for key in ("steps", "batch", "pixels"))
torch.set_num_threads(task["threads"])


def read(name, dtype, shape):
    count = 1
    for length in shape:
        count *= length
    return torch.from_file(str(folder / name), size=count, dtype=dtype).reshape(shape)


data = read("features", torch.float32, (pixels, features))
labels = read("labels", torch.int32, (pixels,)).long()
indices = read("indices", torch.int32, (steps, members, batch)).long()
weights = [
    read("weight1", torch.float32, (members, features, first)),
    read("weight2", torch.float32, (members, first, second)),
    read("weight3", torch.float32, (members, second, parts)),
]


def classifier(member):
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(features, first),
        nn.ReLU(),
        nn.BatchNorm1d(first),
        nn.Linear(first, second),
        nn.ReLU(),
        nn.BatchNorm1d(second),
        nn.Linear(second, parts),
    )
    with torch.no_grad():
        for place, weight in zip((0, 3, 6), weights):
            model[place].weight.copy_(weight[member].T)
            model[place].bias.zero_()
    return model


def train(member, count):
    model = classifier(member)
    optimizer = torch.optim.Adam(model.parameters(), lr=task["learningRate"])
    for step in range(count):
        chosen = indices[step, member]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(data[chosen]), labels[chosen]).backward()
        optimizer.step()
    return model


train(0, 5)
start = time.perf_counter()
trained = [train(member, steps) for member in range(members)]
seconds = time.perf_counter() - start
result = torch.stack([model[0].weight.detach().T for model in trained]).contiguous()
out = torch.from_file(str(folder / "trained1"), shared=True, size=result.numel(), dtype=torch.float32)
out.copy_(result.flatten())
print(json.dumps({"seconds": seconds, "version": torch.__version__}))
