#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Aspersor on this machine, beside the floor: the least program that does the same writes.

All setups are measured in turn, round after round, so that a machine that is slow or busy for a while is so for all;
every figure is the median of the rounds. Prints a table; writes results.json, results.md and a plot per figure.
Ends with 3 when a goal is missed.
"""
import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import peers
import report
from programs import make_clip
from setups import Setups

SHIPPED_BUDGET = 45  # ms, DelayBudget's default: in full from 1000 viewers on, nothing up to 100


def shipped_gathering(viewers):
    return round(SHIPPED_BUDGET * (min(max(viewers, 100), 1000) - 100) / 900)


def plan(options, setups):
    """All setups by name, in the order in which a round measures them."""
    quick, smoke = options.quick, options.smoke
    crowds = [20] if smoke else [50, 500, 1000, 3000]
    crowd = crowds[0] if smoke else 1000
    some = crowd // 10
    todo = {}
    for viewers in crowds:
        gather = shipped_gathering(viewers)
        if gather:
            todo[f"floor {viewers} gather {gather}"] = lambda v=viewers, g=gather: setups.floor(v, g)
        todo[f"floor {viewers} gather 0"] = lambda v=viewers: setups.floor(v)
        for suffix in ["ts"] if quick and viewers != crowd else ["ts", "flv", "mp4"]:
            todo[f"{suffix} {viewers}"] = lambda v=viewers, s=suffix: setups.fan_out(s, v)
    for budget in [0] if smoke else [0, 100, 200]:
        if budget:
            todo[f"floor {crowd} gather {budget}"] = lambda g=budget: setups.floor(crowd, g)
        todo[f"ts {crowd} budget {budget}"] = lambda g=budget: setups.fan_out("ts", crowd, budget=g)
    todo["10 feeds"] = lambda: setups.fan_out("ts", crowd, feeds=10)
    todo["stalled"] = lambda: setups.fan_out("ts", crowd, stalled=some)
    todo["slow"] = lambda: setups.fan_out("ts", crowd, slow=some, slowKbit=64)
    todo["newcomers"] = lambda: setups.fan_out("ts", crowd, newcomers=(some, int(setups.seconds * 800)))
    todo["goal scored"] = lambda: setups.fan_out("ts", crowd, newcomers=(crowd, 1000))
    todo["viewer memory"] = lambda: setups.fan_out("ts", crowd, alone=1)
    todo["feed memory"] = lambda: setups.feed_memory(2 if smoke else 20)
    for count in [1, 10] if smoke else [1, 2, 5, 10]:
        todo[f"formats {count}"] = lambda n=count: setups.formats(n)
    for feeds in [1] if smoke else [1, 20, 60]:
        todo[f"ingest {feeds}"] = lambda n=feeds: setups.ingest(n)
        todo[f"copy {feeds}"] = lambda n=feeds: setups.copy_loop(n)
        if feeds != 60:
            todo[f"watched {feeds}"] = lambda n=feeds: setups.ingest(n, watched=True)
    todo["idle"] = setups.idle
    if smoke:
        return todo
    if peers.icecast_path():
        todo[f"icecast {crowd}"] = lambda: peers.icecast(setups, crowd)
    if peers.nginx_rtmp_module():
        todo["nginx-rtmp ingest 20"] = lambda: peers.nginx_ingest(setups, 20)
    for text in options.peer:
        peer = peers.Named(text)
        todo[f"{peer.name} {crowd}"] = lambda p=peer: p.fan_out(setups, crowd)
    return todo


def medians(runs):
    keys = [key for key, value in runs[0].items() if isinstance(value, (int, float))]
    return {key: statistics.median(run[key] for run in runs) for key in keys}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--out", type=Path, required=True, help="where results and plots go")
    parser.add_argument("--quick", action="store_true", help="one round: about five minutes")
    parser.add_argument("--smoke", action="store_true", help="a handful of viewers: does the suite itself work?")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("--only", help="only setups with this text in their name")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND",
                        help="one more server to measure; {port} and {folder} in the command are filled in")
    options = parser.parse_args()
    short = options.quick or options.smoke
    rounds = options.rounds or (1 if short else 5)
    seconds = options.seconds or (1 if options.smoke else 3)
    options.out.mkdir(parents=True, exist_ok=True)

    begun = time.monotonic()
    runs = {}
    with tempfile.TemporaryDirectory(prefix="aspersor-bench-") as work:
        clip = make_clip(options.out / "clip.ts")
        setups = Setups(options.bin, Path(work), clip, seconds, settle_ms=500 if options.smoke else 1500)
        todo = {name: run for name, run in plan(options, setups).items() if not options.only or options.only in name}
        for number in range(rounds):
            for name, run in todo.items():
                print(f"round {number + 1}/{rounds}: {name}", file=sys.stderr, flush=True)
                runs.setdefault(name, []).append(run())
    results = {name: medians(each) for name, each in runs.items()}
    (options.out / "results.json").write_text(json.dumps(
        {"rounds": rounds, "seconds": seconds, "minutes": (time.monotonic() - begun) / 60, "machine": report.machine(),
         "medians": results, "runs": runs}, indent=1))
    if options.only:
        print(json.dumps(results, indent=1))
        return 0
    figures = report.figures(results, shipped_gathering, smoke=options.smoke)
    text = report.table(figures, rounds, seconds)
    print(text)
    (options.out / "results.md").write_text(text + "\n")
    if options.smoke:
        return 0 if report.sane(results) else 1
    report.plots(results, options.out, shipped_gathering)
    return 0 if all(figure.reached() for figure in figures) else 3


if __name__ == "__main__":
    sys.exit(main())
