"""Writes small models with the frameworks themselves, and what each recurrent layer answered there.

    python framework_models.py FOLDER

One folder for each model: the model as the framework saves it (model.*), and golden-K.safetensors for each layer with its input x [N, T, C]
and its output y [N, T, D * H] there; the metadata names the layer, or says that the file must be refused and by which words. FrameworkFilesTest
reads them (-Dfusedrnn.frameworks=FOLDER). Needs torch; what needs keras or onnx is left out, with a line, where those are absent.
"""

import json
import os
import pathlib
import re
import struct
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy
import torch

ROOT = pathlib.Path(sys.argv[1])
N, T, C, H = 2, 6, 3, 4


def case(name):
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def golden(folder, number, metadata, **tensors):
    header, data = {"__metadata__": metadata}, b""
    for name, values in tensors.items():
        values = numpy.ascontiguousarray(values, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / f"golden-{number}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def refused(folder, words):
    golden(folder, 0, {"refused": words}, x=numpy.zeros(1))


def run_torch(layer, x):
    with torch.no_grad():
        return layer.double()(torch.tensor(x, dtype=torch.float64))[0].numpy()


# ---- PyTorch

TORCH_LAYERS = {
    "lstm": (torch.nn.LSTM, {}),
    "lstm_two_layers_both_ways": (torch.nn.LSTM, dict(num_layers=2, bidirectional=True)),
    "lstm_projected": (torch.nn.LSTM, dict(proj_size=2)),
    "lstm_no_bias": (torch.nn.LSTM, dict(bias=False)),
    "gru": (torch.nn.GRU, {}),
    "gru_two_layers_both_ways": (torch.nn.GRU, dict(num_layers=2, bidirectional=True)),
    "rnn_tanh": (torch.nn.RNN, {}),
}


class Network(torch.nn.Module):
    """A recurrent layer among others."""

    def __init__(self, layer):
        super().__init__()
        self.embedding = torch.nn.Embedding(7, C)
        self.encoder = torch.nn.ModuleDict({"rnn": layer})
        self.head = torch.nn.Linear(H, 2)


def torch_models(x):
    for name, (kind, options) in TORCH_LAYERS.items():
        torch.manual_seed(1)
        layer = kind(C, H, batch_first=True, **options)
        folder = case("torch_" + name)
        torch.save(layer.state_dict(), folder / "model.pt")
        golden(folder, 0, {"layer": "", "of": name}, x=x, y=run_torch(layer, x))
    for name, dtype in {"half": torch.float16, "bfloat16": torch.bfloat16, "double": torch.float64}.items():
        torch.manual_seed(2)
        layer = torch.nn.LSTM(C, H, batch_first=True).to(dtype)
        folder = case("torch_lstm_" + name)
        torch.save(layer.state_dict(), folder / "model.pt")
        golden(folder, 0, {"layer": "", "of": "lstm"}, x=x, y=run_torch(layer, x))

    torch.manual_seed(3)
    network = Network(torch.nn.GRU(C, H, batch_first=True))
    optimizer = torch.optim.Adam(network.parameters())
    network.encoder["rnn"](torch.tensor(x))[0].sum().backward()
    optimizer.step()
    folder = case("torch_training_checkpoint")
    state = {"epoch": 3, "model_state_dict": network.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "loss": [0.5, torch.tensor(0.25)]}
    torch.save(state, folder / "model.pth")
    golden(folder, 0, {"layer": "model_state_dict.encoder.rnn.", "of": "gru"}, x=x, y=run_torch(network.encoder["rnn"], x))

    parameters = case("torch_parameters_not_tensors")
    layer = torch.nn.LSTM(C, H, batch_first=True)
    torch.save(dict(layer.named_parameters()), parameters / "model.pt")
    golden(parameters, 0, {"layer": "", "of": "lstm"}, x=x, y=run_torch(layer, x))

    # Views of one storage that start in its middle, and a matrix that is stored transposed.
    shared = case("torch_views")
    layer = torch.nn.GRU(C, H, batch_first=True)
    block = torch.cat([p.detach().reshape(-1) for p in layer.parameters()])
    state, at = {}, 0
    for name, p in layer.named_parameters():
        state[name] = block[at : at + p.numel()].view(p.shape)
        at += p.numel()
    state["weight_hh_l0"] = state["weight_hh_l0"].t().contiguous().t()
    torch.save(state, shared / "model.pt")
    golden(shared, 0, {"layer": "", "of": "gru"}, x=x, y=run_torch(layer, x))

    folder = case("torch_whole_module")
    torch.save(torch.nn.LSTM(C, H), folder / "model.pt")
    refused(folder, "torch.nn.modules.rnn.LSTM")
    folder = case("torch_before_zip")
    torch.save(torch.nn.LSTM(C, H).state_dict(), folder / "model.pt", _use_new_zipfile_serialization=False)
    refused(folder, "before version 1.6")


# ---- ONNX as PyTorch's exporter writes it


def onnx_models(x):
    class Last(torch.nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.rnn = layer

        def forward(self, x):
            return self.rnn(x)[0]

    for name in ("lstm", "lstm_two_layers_both_ways", "lstm_no_bias", "gru", "gru_two_layers_both_ways"):  # an RNN is unrolled by the exporter
        kind, options = TORCH_LAYERS[name]
        torch.manual_seed(4)
        layer = kind(C, H, batch_first=True, **options).eval()
        folder = case("onnx_" + name)
        torch.onnx.export(Last(layer), (torch.tensor(x),), str(folder / "model.onnx"), dynamo=True, verbose=False)
        if options.get("num_layers", 1) == 1:
            golden(folder, 0, {"layer": "*", "of": name}, x=x, y=run_torch(layer, x))
        else:
            # one node for each layer
            first = kind(C, H, batch_first=True, bidirectional=True)
            first.load_state_dict({k: v for k, v in layer.state_dict().items() if "_l0" in k})
            middle = run_torch(first, x)
            golden(folder, 0, {"layer": "*0", "of": name}, x=x, y=middle)
            golden(folder, 1, {"layer": "*1", "of": name}, x=middle, y=run_torch(layer, x))


# ---- Keras


def keras_models(x):
    import keras
    from keras import layers

    def save(name, model):
        keras_forms = {"keras": lambda p: model.save(p), "h5": lambda p: model.save(p), "weights.h5": lambda p: model.save_weights(p)}
        for form, write in keras_forms.items():
            if form == "weights.h5" and name in ("activations", "backwards", "both_sum"):
                continue  # weights alone cannot tell
            folder = case(f"keras_{name}_{form.replace('.', '_')}")
            write(str(folder / f"model.{form}"))
            value, number, places = keras.ops.convert_to_tensor(x), 0, {}
            for layer in model.layers:
                before, value = value, layer(value)
                if isinstance(layer, (layers.LSTM, layers.GRU, layers.SimpleRNN, layers.Bidirectional)):
                    y = keras.ops.convert_to_numpy(value)
                    if getattr(layer, "go_backwards", False):
                        y = y[:, ::-1]  # Keras gives these in the order of its steps
                    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()
                    place = places[kind] = places.get(kind, -1) + 1
                    # Weights alone know a layer by its kind and its place among the layers of that kind.
                    known = (f"/layers/{kind}_{place}/" if place else f"/layers/{kind}/") if form == "weights.h5" else layer.name
                    golden(folder, number, {"layer": known, "of": name}, x=keras.ops.convert_to_numpy(before), y=y)
                    number += 1

    def sequential(*parts):
        model = keras.Sequential([layers.Input((T, C)), *parts])
        # Biases begin as zeros, which any order of gates passes.
        generator = numpy.random.default_rng(6)
        model.set_weights([generator.normal(0, 0.4, w.shape).astype("float32") for w in model.get_weights()])
        return model

    many = dict(return_sequences=True)
    save("lstm", sequential(layers.LSTM(H, **many)))
    save("gru_after", sequential(layers.GRU(H, **many)))
    save("gru_before", sequential(layers.GRU(H, reset_after=False, **many)))
    save("simple_rnn", sequential(layers.SimpleRNN(H, **many)))
    save("no_bias", sequential(layers.GRU(H, use_bias=False, **many)))
    save("stack", sequential(layers.LSTM(H, **many), layers.Dropout(0.1), layers.GRU(5, **many), layers.Dense(3), layers.LSTM(2, **many)))
    save("activations", sequential(layers.LSTM(H, activation="relu", recurrent_activation="hard_sigmoid", **many)))
    save("backwards", sequential(layers.LSTM(H, go_backwards=True, **many)))
    save("both_concat", sequential(layers.Bidirectional(layers.GRU(H, **many))))
    save("both_sum", sequential(layers.Bidirectional(layers.LSTM(H, **many), merge_mode="sum"), layers.Bidirectional(layers.SimpleRNN(3, **many))))

    inputs = keras.Input((T, C), name="in")
    hidden = layers.LSTM(H, name="alpha", **many)(inputs)
    outputs = layers.GRU(H, name="beta", **many)(hidden)
    functional = keras.Model(inputs, [layers.Dense(2)(outputs), hidden])
    folder = case("keras_functional")
    functional.save(str(folder / "model.keras"))
    hidden_of = keras.Model(inputs, [hidden, outputs])(keras.ops.convert_to_tensor(x))
    first, second = (keras.ops.convert_to_numpy(v) for v in hidden_of)
    golden(folder, 0, {"layer": "alpha", "of": "lstm"}, x=x, y=first)
    golden(folder, 1, {"layer": "beta", "of": "gru"}, x=first, y=second)


x = numpy.random.default_rng(5).normal(0, 1, (N, T, C)).astype("float32")
torch_models(x)
for part in (onnx_models, keras_models):
    try:
        part(x)
    except ImportError as absent:
        print(f"{part.__name__} left out: {absent}")
