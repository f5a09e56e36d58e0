#!/usr/bin/env python3
"""Times torch.nn.RNN, LSTM and GRU (cuDNN, TF32 off) on a GPU: the shapes of GpuInferenceBenchmark and GpuTrainStepBenchmark.

Each row: a synchronized call (as JMH times ours), a call timed by device events in a full queue, and the same as a CUDA graph.
With --ours FILE.json (JMH's result of the same run), the table includes our times.
Without PyTorch or a GPU it prints that and exits with 0.
"""

import argparse
import json
import re
import statistics
import sys
import time

INFERENCE = [
    "T1_N1_C128_H128_L1", "T1_N1_C256_H256_L1", "T1_N1_C512_H512_L1",
    "T100_N1_C128_H128_L1", "T100_N1_C256_H256_L1", "T100_N1_C512_H512_L1",
    "T50_N64_C256_H256_L1", "T50_N128_C512_H512_L2",
]
TRAINING = ["T35_N20_C200_H200_L2", "T50_N64_C256_H256_L1", "T50_N128_C512_H512_L2"]
CELLS = ["LSTM", "GRU", "RNN"]


def sizes(label):
    """T, N, C, H, L of a label."""
    return [int(number) for number in re.findall(r"[TNCHL](\d+)", label)]


class Case:
    """One layer with its tensors, and the call to be timed."""

    def __init__(self, torch, cell, label, training):
        t, n, c, h, layers = sizes(label)
        self.torch = torch
        self.cell, self.label, self.training = cell, label, training
        torch.manual_seed(1)
        # In evaluation mode cuDNN runs inference and saves nothing for backward.
        self.module = getattr(torch.nn, cell)(c, h, layers).cuda().train(training)
        self.x = torch.randn(t, n, c, device="cuda", requires_grad=training)
        state = torch.zeros(layers, n, h, device="cuda")
        self.state = (state, state.clone()) if cell == "LSTM" else state
        self.dy = torch.randn(t, n, h, device="cuda")

    def call(self):
        if self.training:
            self.module.zero_grad(set_to_none=False)
            self.x.grad = None
            y, _ = self.module(self.x)
            y.backward(self.dy)
        else:
            with self.torch.no_grad():
                _, self.carried = self.module(self.x, self.state)

    def graph(self):
        """The call as a CUDA graph; None if PyTorch cannot capture it."""
        torch = self.torch
        try:
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    self.call()
            torch.cuda.current_stream().wait_stream(side)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.call()
            return graph.replay
        except RuntimeError as failure:
            print(f"no CUDA graph of {self.cell} {self.label}: {failure}", file=sys.stderr)
            torch.cuda.synchronize()
            return None


def synchronized(torch, call, seconds):
    """Median microseconds of a call and its synchronization."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 20 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def by_events(torch, call, seconds):
    """Median microseconds of a call in a queue of calls, timed by device events."""
    first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    calls, rounds = 20, []
    end = time.perf_counter() + seconds
    while len(rounds) < 3 or time.perf_counter() < end:
        first.record()
        for _ in range(calls):
            call()
        last.record()
        torch.cuda.synchronize()
        rounds.append(first.elapsed_time(last) * 1e3 / calls)
    return statistics.median(rounds)


def measure(torch, case, seconds):
    for _ in range(10):
        case.call()
    torch.cuda.synchronize()
    row = {
        "cell": case.cell, "shape": case.label, "kind": "training" if case.training else "inference",
        "synchronized": synchronized(torch, case.call, seconds), "events": by_events(torch, case.call, seconds),
    }
    replay = case.graph()
    if replay is not None:
        row["graph_synchronized"] = synchronized(torch, replay, seconds)
        row["graph_events"] = by_events(torch, replay, seconds)
    return row


def ours(path):
    """Smallest time over algorithms, with and without graphs, by (kind, cell, shape), in microseconds."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    best = {}
    for result in content["results"] if isinstance(content, dict) else content:
        name = result["benchmark"]
        if ".Gpu" not in name:
            continue
        kind = "training" if "TrainStep" in name else "inference"
        parameters = result["params"]
        configuration = parameters["algorithm"] + (", graph" if parameters.get("graphs") == "true" else "")
        metric = result["primaryMetric"]
        key = (kind, parameters["cell"], parameters["shape"])
        entry = (metric["score"], metric.get("scoreError"), configuration)
        best.setdefault(key, []).append(entry)
    return best


def number(value):
    return "–" if value is None else f"{value:.1f}"


def table(rows, measured):
    print("| kind | cell | shape | torch | torch, events | torch graph | torch graph, events | ours, auto | ours, fastest | configuration"
          " | torch / ours, auto | torch graph / ours, fastest |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        entries = measured.get((row["kind"], row["cell"], row["shape"]), [])
        best = min(entries, default=None)
        auto = min((entry for entry in entries if entry[2].startswith("auto")), default=None)
        ratio = row["synchronized"] / auto[0] if auto else None
        graph = row["graph_synchronized"] / best[0] if best and "graph_synchronized" in row else None
        print(f"| {row['kind']} | {row['cell']} | {row['shape']} | {number(row['waited'])} | {number(row['events'])}"
              f" | {number(row.get('graph_waited'))} | {number(row.get('graph_events'))}"
              f" | {number(auto[0] if auto else None)} | {number(best[0] if best else None)} | {best[2] if best else '–'}"
              f" | {'–' if ratio is None else f'{ratio:.2f}'} | {'–' if graph is None else f'{graph:.2f}'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.3, help="time for each value of a row (default 0.3)")
    parser.add_argument("--cells", default=",".join(CELLS), help="cells to time (default: LSTM,GRU,RNN)")
    parser.add_argument("--shapes", default=".*", help="regular expression for labels (default: all)")
    parser.add_argument("--max-seconds", type=float, default=float("inf"), help="time after which no new row is started")
    parser.add_argument("--ours", help="JSON file with JMH's results of the same run")
    parser.add_argument("--json", help="file to write the rows to, as JSON")
    options = parser.parse_args()
    end = time.perf_counter() + options.max_seconds
    try:
        import torch
    except ImportError:
        print("skipped: PyTorch is not installed")
        return
    if not torch.cuda.is_available():
        print("skipped: PyTorch finds no GPU")
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN"
          f" {torch.backends.cudnn.version()}; TF32 off; microseconds, medians\n")
    rows = []
    for training, labels in ((False, INFERENCE), (True, TRAINING)):
        for label in labels:
            if not re.search(options.shapes, label):
                continue
            for cell in options.cells.split(","):
                if time.perf_counter() > end:
                    print(f"not measured, out of time: {cell} {label}, {'training' if training else 'inference'}\n")
                    continue
                rows.append(measure(torch, Case(torch, cell, label, training), options.seconds))
    table(rows, ours(options.ours) if options.ours else {})
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
