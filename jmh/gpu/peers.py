#!/usr/bin/env python3
"""Times PyTorch on the rows of rows.txt as ./tenfold bench --device cuda times Tenfold: warm, in batches of calls between two events, medians.

It needs Python 3 and PyTorch, nothing else (torch.compile also a C compiler). --list needs no PyTorch.
"""

import argparse
import gc
import json
import math
import os
import statistics
import sys
import threading
import time

from kinds import KINDS, Row

HERE = os.path.dirname(os.path.abspath(__file__))
GO_ON = 3           # the device or a row can no more be used in this process: call again with --resume
QUEUED, QUEUED_SECONDS = 8, 1e-3
GRAPH_SECONDS = 0.5e-3
MOST_CAPTURED = 64
LONG_CALL = 5e-3
FULL = (0.1, 0.03, 9, 2000)      # seconds of warm calls, seconds of a batch, batches, most calls of one
QUICK = (0.03, 0.01, 5, 1000)
TRIAL = (0, 0, 2, 1)             # whether it runs: times of small sizes say nothing


def read_rows(sizes):
    rows = []
    with open(os.path.join(HERE, "rows.txt"), encoding="utf-8") as table:
        for line in table:
            if not line.strip() or line.startswith("#"):
                continue
            group, kind, types, full, small = line.split()
            for size in (full if sizes == "full" else small).split(","):
                for dtype in types.split(","):
                    row = Row(group, kind, dtype, tuple(map(int, size.split("x"))))
                    if all(row.name != other.name for other in rows):
                        rows.append(row)
    return rows


def chosen(rows, names):
    words = names.split(",")
    return [row for row in rows if any(word in ("all", row.group, row.kind, row.name) for word in words)]


class Timer:
    def __init__(self, effort):
        import torch
        self.torch = torch
        self.warm_seconds, self.batch_seconds, self.batches, self.most = effort

    def time(self, run, calls):
        """Seconds on the device of each of so many calls."""
        start, end = self.torch.cuda.Event(enable_timing=True), self.torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(calls):
            run()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) * 1e-3 / calls

    def calls(self, once, cycle):
        calls = min(max(round(self.batch_seconds / max(once, 1e-7)), 1), self.most)
        return math.ceil(calls / cycle) * cycle

    def warm(self, run, cycle, calls_before=2):
        for _ in range(calls_before):
            run()
        self.torch.cuda.synchronize()
        calls = self.calls(self.time(run, cycle), cycle)
        until = time.perf_counter() + self.warm_seconds
        while time.perf_counter() < until:
            self.time(run, calls)
        return max(self.time(run, cycle), 1e-7)

    def device(self, run, cycle, once):
        calls = self.calls(once, cycle)
        return [self.time(run, calls) for _ in range(self.batches)]

    def host(self, run, once):
        seconds = []
        calls = min(max(round(QUEUED_SECONDS / once), 1), QUEUED, self.most)
        for _ in range(self.batches):
            self.torch.cuda.synchronize()
            before = time.perf_counter()
            for _ in range(calls):
                run()
            seconds.append((time.perf_counter() - before) / calls)
        self.torch.cuda.synchronize()
        return seconds

    def graph(self, run, cycle, once):
        torch = self.torch
        captured = math.ceil(min(max(math.ceil(GRAPH_SECONDS / once), 1), MOST_CAPTURED, self.most) / cycle) * cycle
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3 * cycle):
                run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(captured):
                run()
        graph.replay()
        graph.replay()
        torch.cuda.synchronize()
        calls = self.calls(once * captured, 1)
        return [self.time(graph.replay, calls) / captured for _ in range(self.batches)]


class Report:
    """The results as JSON, written anew with every row: whatever ends the process, the file has what was measured before."""

    def __init__(self, about, rows, file):
        self.about, self.rows, self.file, self.results, self.lock = about, rows, file, {}, threading.Lock()

    def resume(self):
        if not os.path.exists(self.file):
            return
        with open(self.file, encoding="utf-8") as old:
            for result in json.load(old)["results"]:
                if result["state"] == "running":
                    result.update(state="failed", note="the process ended while it was measured")
                self.results[result["name"]] = result

    def put(self, row, **result):
        with self.lock:
            self.results[row.name] = {"name": row.name, **result}
            if self.file is None:
                return
            folder = os.path.dirname(os.path.abspath(self.file))
            os.makedirs(folder, exist_ok=True)
            with open(self.file + ".new", "w", encoding="utf-8") as new:
                json.dump({**self.about, "results": [self.results[r.name] for r in self.rows if r.name in self.results]}, new, indent=1)
            os.replace(self.file + ".new", self.file)


def measure(row, timer, compiled):
    """The result of a row: eager calls and graphs of them, or calls after PyTorch's compiler."""
    import torch
    # f32 is f32 on both sides, unless the row asks for TF32
    torch.backends.cuda.matmul.allow_tf32 = row.type == "tf32"
    torch.backends.cudnn.allow_tf32 = row.type == "tf32"
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(7)
    call = KINDS[row.kind](row)
    if compiled:
        if call.compiled is None:
            return {"state": "skipped", "note": "nothing to gain from the compiler"}
        torch.compiler.reset()  # sizes of other rows would make it a kernel for any size
        run = call.compiled()
        once = timer.warm(run, call.cycle, 4)
        best = timer.device(run, call.cycle, once)
        try:  # compiled and captured, whichever is faster
            best = min(best, timer.graph(run, call.cycle, once), key=statistics.median)
        except RuntimeError as e:
            return {"state": "measured", "compiled_samples_seconds": best, "note": "compiled, but no graph: " + first_line(e)}
        return {"state": "measured", "compiled_samples_seconds": best}
    once = timer.warm(call.run, call.cycle)
    result = {"state": "measured", "samples_seconds": timer.device(call.run, call.cycle, once), "host_samples_seconds": timer.host(call.run, once)}
    if once <= LONG_CALL or row.group == "steps":
        try:
            result["graph_samples_seconds"] = timer.graph(call.run, call.cycle, once)
        except RuntimeError as e:
            result["note"] = "no graph: " + first_line(e)
    return result


def first_line(e):
    return (str(e).strip() or repr(e)).splitlines()[0]


def about(sizes, quick):
    import torch
    properties = torch.cuda.get_device_properties(0)
    return {"side": "pytorch", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "sizes": sizes, "quick": quick, "device_name": properties.name,
            "peer": f"PyTorch {torch.__version__} (CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()})",
            "python": sys.version.split()[0]}


def watched(row, report, seconds):
    """Ends the process when the row hangs."""
    def end():
        report.put(row, state="failed", note=f"it took longer than {seconds:g} s, and the process was ended")
        os._exit(GO_ON)
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="?", default="all", help="rows, kinds or groups, joined by commas, or all")
    options.add_argument("--sizes", choices=["full", "small"], default="full")
    options.add_argument("--quick", action="store_true", help="shorter batches, and fewer")
    options.add_argument("--compiled", action="store_true", help="measures what torch.compile makes of the rows that may gain, and nothing else")
    options.add_argument("--seconds", type=float, default=math.inf, help="no row begins later than this")
    options.add_argument("--row-seconds", type=float, default=120, help="a row that takes longer ends the process")
    options.add_argument("--out", help="the JSON file")
    options.add_argument("--resume", action="store_true", help="leaves rows that the file has as they are")
    options.add_argument("--list", action="store_true", help="prints the names of the rows")
    asked = options.parse_args()
    start = time.perf_counter()
    rows = chosen(read_rows(asked.sizes), asked.names)
    unknown = sorted({row.kind for row in rows} - set(KINDS))
    if not rows or unknown:
        print(f"peers: no row is called {asked.names}" if not rows else f"peers: kinds.py lacks {', '.join(unknown)}", file=sys.stderr)
        return 2
    if asked.list:
        print("\n".join(row.name for row in rows))
        return 0
    import torch
    report = Report(about(asked.sizes, asked.quick), rows, asked.out)
    if asked.resume and asked.out:
        report.resume()
    print(report.about["peer"], "on", report.about["device_name"], flush=True)
    timer = Timer(TRIAL if asked.sizes == "small" else QUICK if asked.quick else FULL)
    failures = 0
    for row in rows:
        if row.name in report.results:
            continue
        if time.perf_counter() - start > asked.seconds:
            print("the time is over; rows that are left can be measured with --resume")
            break
        report.put(row, state="running")
        dog = watched(row, report, asked.row_seconds)
        lost = False
        try:
            result = measure(row, timer, asked.compiled)
        except Exception as e:  # whatever goes wrong in a row is told, and the others are measured
            failures += 1
            result = {"state": "failed", "note": first_line(e)}
            lost = "illegal memory access" in str(e) or "unspecified launch failure" in str(e)
        dog.cancel()
        report.put(row, **result)
        median = statistics.median(result.get("samples_seconds") or result.get("compiled_samples_seconds") or [math.nan])
        print(f"{row.name:<44} {result['state']} {median * 1e6:.2f} us {result.get('note', '')}", flush=True)
        if lost:
            return GO_ON
        gc.collect()
        torch.cuda.empty_cache()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
