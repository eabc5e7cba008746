"""Training steps of DeepLab-V3 in PyTorch, on given weights and images: SGD with momentum, weighted cross entropy.

Usage: deeplab_steps.py FOLDER. FOLDER/task.json holds shape and options; FOLDER/start.safetensors weights, images and
labels, all named as torchvision names them. Prints seconds, processor seconds and loss of each step as JSON. Needs nothing but
PyTorch: the file format is read here.
"""

import json
import pathlib
import struct
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

folder = pathlib.Path(sys.argv[1])
task = json.loads((folder / "task.json").read_text())
torch.set_num_threads(task["threads"])


def read(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    dtypes = {"F32": torch.float32, "U8": torch.uint8}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + place for place in entry["data_offsets"])
        values = torch.frombuffer(bytearray(data[begin:end]), dtype=dtypes[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Block(nn.Module):
    def __init__(self, kind, inputs, planes, stride, first, dilation):
        super().__init__()
        wide = kind == "bottleneck"
        outputs = planes * 4 if wide else planes

        def conv(a, b, kernel, step=1, rate=1):
            return nn.Conv2d(a, b, kernel, step, rate * (kernel - 1) // 2, rate, bias=False)

        if wide:
            convolutions = [conv(inputs, planes, 1), conv(planes, planes, 3, stride, first), conv(planes, outputs, 1)]
        else:
            convolutions = [conv(inputs, planes, 3, stride, first), conv(planes, planes, 3, 1, dilation)]
        for index, layer in enumerate(convolutions, 1):
            setattr(self, f"conv{index}", layer)
            setattr(self, f"bn{index}", nn.BatchNorm2d(layer.out_channels))
        self.count = len(convolutions)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for index in range(1, self.count + 1):
            y = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(y))
            if index < self.count:
                y = F.relu(y, inplace=True)
        return F.relu(y.add_(x if self.downsample is None else self.downsample(x)), inplace=True)


class Backbone(nn.Module):
    def __init__(self, kind, depths, width, output_stride):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs, reached, dilation = width, 4, 1
        for stage, depth in enumerate(depths):
            planes, first, stride = width * 2**stage, dilation, 1
            if stage > 0:
                if reached * 2 <= output_stride:
                    stride, reached = 2, reached * 2
                else:
                    dilation *= 2
            blocks = []
            for index in range(depth):
                own = (stride, first) if index == 0 else (1, dilation)
                blocks.append(Block(kind, inputs, planes, *own, dilation))
                inputs = planes * (4 if kind == "bottleneck" else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.channels = inputs

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = F.max_pool2d(x, 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def layer(inputs, outputs, kernel, rate=1):
    convolution = nn.Conv2d(inputs, outputs, kernel, 1, rate * (kernel - 1) // 2, rate, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


class Pooling(nn.Sequential):
    def forward(self, x):
        return F.interpolate(super().forward(x), x.shape[-2:], mode="bilinear", align_corners=False)


class Pyramid(nn.Module):
    def __init__(self, inputs, width, rates):
        super().__init__()
        branches = [nn.Sequential(*layer(inputs, width, 1))]
        branches += [nn.Sequential(*layer(inputs, width, 3, rate)) for rate in rates]
        branches.append(Pooling(nn.AdaptiveAvgPool2d(1), *layer(inputs, width, 1)))
        self.convs = nn.ModuleList(branches)
        self.project = nn.Sequential(*layer(5 * width, width, 1))

    def forward(self, x):
        return self.project(torch.cat([branch(x) for branch in self.convs], 1))


class DeepLab(nn.Module):
    def __init__(self, block, depths, width, output_stride, head, classes):
        super().__init__()
        self.backbone = Backbone(block, depths, width, output_stride)
        rates = {16: (6, 12, 18), 8: (12, 24, 36)}[output_stride]
        pyramid = Pyramid(self.backbone.channels, head, rates)
        self.classifier = nn.Sequential(pyramid, *layer(head, head, 3), nn.Conv2d(head, classes, 1))

    def forward(self, image):
        logits = self.classifier(self.backbone(image))
        return F.interpolate(logits, image.shape[-2:], mode="bilinear", align_corners=False)


tensors = read(folder / "start.safetensors")
images, labels = tensors.pop("images"), tensors.pop("labels")
class_weights = tensors.pop("classWeights")
network = DeepLab(*(task[key] for key in ("block", "depths", "width", "outputStride", "headWidth", "classes")))
missing, unexpected = network.load_state_dict(tensors, strict=False)
assert not unexpected and all("num_batches_tracked" in name for name in missing), (missing, unexpected)
if task["channelsLast"]:
    network = network.to(memory_format=torch.channels_last)
mean = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
deviation = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
optimizer = torch.optim.SGD(
    network.parameters(), lr=task["learningRate"], momentum=task["momentum"], weight_decay=task["weightDecay"]
)
seconds, cpu_seconds, losses = [], [], []
for step in range(images.shape[0]):
    start, cpu = time.perf_counter(), time.process_time()
    image = (images[step].permute(0, 3, 1, 2).float() / 255 - mean) / deviation
    if task["channelsLast"]:
        image = image.contiguous(memory_format=torch.channels_last)
    optimizer.zero_grad()
    loss = F.cross_entropy(network(image), labels[step].long(), class_weights, ignore_index=255)
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - start)
    cpu_seconds.append(time.process_time() - cpu)
    losses.append(loss.item())
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "losses": losses, "version": torch.__version__}))
