#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ffserver's fan-out costs, beside the floor: the least program that does the same writes.

Both are measured in turn in the same run, so that a slow or busy machine slows both. Every figure is a median.
Prints a table; writes results.json and, where matplotlib is installed, a plot per figure into the output folder.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_exact(pid):
    """Nanoseconds of CPU of all threads: finer than the clock ticks of /proc/PID/stat."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (OSError, ValueError):
            return cpu_seconds(pid)
    return total / 1e9


def pss_kib(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


class Program:
    """A child that prints one JSON object a line; ended by PID at the end, whatever happens."""

    def __init__(self, *command, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def event(self, name):
        for line in self.process.stdout:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if value.get("event") == name:
                return value
        raise RuntimeError(f"{self.process.args[0]} ended without '{name}'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        if self.process.stdin:
            self.process.stdin.close()


class Bench:
    def __init__(self, options):
        self.options = options
        self.bench = options.bin / "bench-fanout"
        self.work = Path(tempfile.mkdtemp(prefix="aspersor-bench-"))
        self.clip = self.make_clip()
        self.results = []

    def make_clip(self):
        clip = self.work / "clip.ts"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30", "-f", "lavfi", "-i",
             "sine=frequency=440:sample_rate=48000", "-t", "20", "-c:v", "libx264", "-preset", "ultrafast", "-tune",
             "zerolatency", "-bf", "0", "-g", "60", "-b:v", "1830k", "-maxrate", "1830k", "-bufsize", "900k",
             "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-b:a", "128k", "-f", "mpegts", str(clip)], check=True)
        return clip

    def config(self, extra=""):
        conf = self.work / "ffserver.conf"
        streams = "".join(f"<Stream *.{suffix}>\nFeed *\nFormat {name}\n</Stream>\n" for suffix, name in
                          [("ts", "mpegts"), ("flv", "flv"), ("mkv", "matroska"), ("mp4", "mp4"), ("aac", "adts")])
        conf.write_text("HTTPPort 8090\nHTTPBindAddress 127.0.0.1\nMaxHTTPConnections 20000\nMaxClients 20000\n"
                        f"MaxBandwidth 10000000\n{extra}\n{streams}")
        return conf

    def crowd(self, port, paths, viewers, seconds, pid, join_ms=1000, stalled=0, settle_ms=3000):
        with Program(self.bench, "view", "--port", port, "--paths", ",".join(paths), "--viewers", viewers,
                     "--seconds", seconds, "--joinMs", join_ms, "--settleMs", settle_ms, "--stalled", stalled) as view:
            memory_before = pss_kib(pid)
            joining = cpu_exact(pid)
            view.event("measuring")
            before = cpu_exact(pid)
            view.event("measured")
            after = cpu_exact(pid)
            memory = pss_kib(pid)
            done = view.event("done")
        done["cpu"] = after - before
        done["joinCpu"] = before - joining
        done["cpuPerGb"] = done["cpu"] / max(done["measuredBytes"] / 1e9, 1e-9)
        done["kibPerViewer"] = (memory - memory_before) / max(viewers, 1)
        return done

    def ours(self, suffix, viewers, feeds=1, gather=None, **crowd):
        seconds = self.options.seconds
        extra = "" if gather is None else f"DelayBudget {gather}"
        socket = self.work / "feed.sock"
        with Program(self.options.bin / "ffserver", "-f", self.config(extra), "--control", "stdio", "--feed-socket",
                     socket, "--http", "127.0.0.1:0", stdin=subprocess.PIPE) as server:
            ready = server.event("ready")
            total = seconds + 15
            with Program(self.bench, "feed", "--to", socket, "--clip", self.clip, "--feeds", feeds, "--seconds",
                         total) as feeder:
                feeder.event("feeding")
                for _ in range(feeds):
                    server.event("feed")
                paths = [f"/bench.{suffix}"] if feeds == 1 else [f"/bench{i + 1}.{suffix}" for i in range(feeds)]
                drain = subprocess.Popen(["cat"], stdin=server.process.stdout, stdout=subprocess.DEVNULL)
                try:
                    return self.crowd(ready["port"], paths, viewers, seconds, server.process.pid, **crowd)
                finally:
                    drain.kill()
                    drain.wait()

    def floor(self, viewers, gather=0, **crowd):
        seconds = self.options.seconds
        with Program(self.bench, "floor", "--clip", self.clip, "--gather", gather, "--seconds", seconds + 15) as server:
            ready = server.event("ready")
            return self.crowd(ready["port"], ["/"], viewers, seconds, server.process.pid, **crowd)

    def figure(self, name, ours, floor=None):
        """One row: ours and the floor in turn, the median of each."""
        own, base = [], []
        for _ in range(self.options.rounds):
            own.append(ours())
            if floor:
                base.append(floor())

        def median(runs, key):
            return statistics.median(run[key] for run in runs)

        keys = [key for key, value in own[0].items() if isinstance(value, (int, float))]
        row = {"figure": name, "ours": {key: median(own, key) for key in keys}}
        if base:
            row["floor"] = {key: median(base, key) for key in keys}
            row["ratio"] = row["ours"]["cpuPerGb"] / row["floor"]["cpuPerGb"]
        self.results.append(row)
        o = row["ours"]
        print(f"{name:34} {o['cpuPerGb']:7.3f} {row.get('ratio', float('nan')):7.2f} {o['delayP50Ms']:8.1f} "
              f"{o['delayP99Ms']:8.1f} {o['firstByteP50Ms']:8.2f} {o['firstByteP99Ms']:8.2f} {o['longestGapMs']:8.0f} "
              f"{o['kibPerViewer']:7.1f} {int(o['continuityErrors']):4d} {int(o['fed'])}/{int(o['viewers'])}", flush=True)
        return row

    def run(self):
        print(f"{'figure':34} {'CPUs/GB':>7} {'xfloor':>7} {'p50 ms':>8} {'p99 ms':>8} {'1st p50':>8} {'1st p99':>8} "
              f"{'gap ms':>8} {'KiB/v':>7} {'cc':>4} fed", flush=True)
        quick = self.options.quick
        for viewers in ([50, 500, 1000, 3000]):
            self.figure(f"ts, {viewers} viewers, as shipped", lambda v=viewers: self.ours("ts", v),
                        lambda v=viewers: self.floor(v))
        for gather in ([0, 40] if quick else [0, 40, 100]):
            self.figure(f"ts, 1000 viewers, gathering {gather} ms", lambda g=gather: self.ours("ts", 1000, gather=g),
                        lambda g=gather: self.floor(1000, g))
        self.figure("ts, 1000 viewers, DelayBudget 200", lambda: self.ours("ts", 1000, gather=200),
                    None if quick else lambda: self.floor(1000, 200))
        for suffix in ("flv", "mp4"):
            self.figure(f"{suffix}, 1000 viewers, as shipped", lambda s=suffix: self.ours(s, 1000),
                        None if quick else lambda: self.floor(1000))
        self.figure("ts, 10 feeds x 100 viewers", lambda: self.ours("ts", 1000, feeds=10),
                    lambda: self.floor(1000))
        self.figure("ts, 1000 viewers, 100 stalled", lambda: self.ours("ts", 1000, stalled=100))
        self.write()

    def write(self):
        out = self.options.out
        out.mkdir(parents=True, exist_ok=True)
        (out / "results.json").write_text(json.dumps(self.results, indent=1))
        try:
            import matplotlib
            matplotlib.use("Agg")
            import matplotlib.pyplot as plt
        except ImportError:
            return
        for key, label in (("cpuPerGb", "server CPU seconds per GB"), ("delayP99Ms", "delay p99, ms"),
                           ("kibPerViewer", "KiB per viewer")):
            names = [row["figure"] for row in self.results]
            figure, axis = plt.subplots(figsize=(9, 0.42 * len(names) + 1.2))
            axis.barh(names, [row["ours"][key] for row in self.results], label="ffserver", height=0.4, align="edge")
            axis.barh(names, [row.get("floor", {}).get(key, 0) for row in self.results], label="floor", height=-0.4,
                      align="edge")
            axis.invert_yaxis()
            axis.set_xlabel(label)
            axis.legend()
            figure.tight_layout()
            figure.savefig(out / f"{key}.png", dpi=110)
            plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    parser.add_argument("--quick", action="store_true", help="one round of short runs, under 5 minutes")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.seconds = options.seconds or (4 if options.quick else 10)
    Bench(options).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
