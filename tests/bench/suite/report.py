# SPDX-License-Identifier: GPL-3.0-or-later
"""From medians to figures with their goals, a table and plots."""
import platform
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Figure:
    text: str
    value: float
    unit: str = ""
    goal: float = None  # at most

    def reached(self):
        return self.goal is None or self.value <= self.goal


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    cores = sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines())
    return f"{cores} cores of {model}, Linux {platform.release()}"


def figures(results, gathering, smoke=False):
    """The figures that the results allow, in the order of the table."""
    crowd = 20 if smoke else 1000
    rows = []

    def add(text, value, unit="", goal=None):
        rows.append(Figure(text, value, unit, goal))

    def get(name, key):
        return results[name][key]

    for viewers in sorted({int(name.split()[1]) for name in results if name.startswith("ts ")}):
        floor = get(f"floor {viewers} gather {gathering(viewers)}", "cpuPerGb")
        for suffix in ("ts", "flv", "mp4"):
            name = f"{suffix} {viewers}"
            if name not in results:
                continue
            add(f"{viewers} viewers, .{suffix}: CPU s/GB", get(name, "cpuPerGb"))
            add(f"{viewers} viewers, .{suffix}: × floor, same gathering", get(name, "cpuPerGb") / floor, "×",
                1.15 if viewers >= 500 else None)
            quick_goals = viewers <= 100 and suffix != "mp4"
            add(f"{viewers} viewers, .{suffix}: delay, median", get(name, "delayP50Ms"), "ms",
                2 if quick_goals else 30 if name == "ts 1000" else None)
            add(f"{viewers} viewers, .{suffix}: delay, 99 %", get(name, "delayP99Ms"), "ms",
                10 if quick_goals else 80 if name == "ts 1000" else None)
            add(f"{viewers} viewers, .{suffix}: longest gap", get(name, "longestGapMs"), "ms")
    unbuffered = get(f"floor {crowd} gather 0", "cpuPerGb")
    add(f"{crowd} viewers as shipped: × floor that gathers nothing", get(f"ts {crowd}", "cpuPerGb") / unbuffered, "×",
        0.7)
    for name in results:
        if name.startswith(f"ts {crowd} budget "):
            budget = int(name.split()[-1])
            floor = get(f"floor {crowd} gather {budget}", "cpuPerGb")
            add(f"{crowd} viewers, DelayBudget {budget}: CPU s/GB", get(name, "cpuPerGb"))
            add(f"{crowd} viewers, DelayBudget {budget}: × floor, same gathering", get(name, "cpuPerGb") / floor, "×",
                1.15 if budget <= 100 else None)
    floor = get(f"floor {crowd} gather {gathering(crowd)}", "cpuPerGb")
    add(f"10 feeds × {crowd // 10} viewers: × floor, same gathering", get("10 feeds", "cpuPerGb") / floor, "×", 1.25)
    add("a new viewer among them: first byte, median", get("newcomers", "lateByteP50Ms"), "ms", 1)
    add("a new viewer among them: first byte, 99 %", get("newcomers", "lateByteP99Ms"), "ms", 10)
    add("new viewers that did not begin with a keyframe", get("newcomers", "lateNotKeyframeFirst"), "", 0)
    add(f"{crowd} more in one second: all served after", get("goal scored", "lateAllServedMs"), "ms", 1500)
    add("  not served at all", get("goal scored", "lateUnserved"), "", 0)
    add("  longest gap of those who watched already", get("goal scored", "longestGapMs"), "ms")
    for name, what in (("stalled", "10 % take nothing"), ("slow", "10 % take 64 kbit/s")):
        add(f"{what}: CPU s/GB of the others, × without", get(name, "cpuPerGb") / get(f"ts {crowd}", "cpuPerGb"), "×")
        add(f"{what}: delay of the others, 99 %", get(name, "delayP99Ms"), "ms", 80)
    add("memory of one viewer more", get("viewer memory", "kibPerViewer"), "KiB", 2)
    add("  in socket buffers, both ends", get("viewer memory", "kernelKibPerViewer"), "KiB")
    add("memory of a watched feed with its GOP, in ffserver", get("feed memory", "ffserverMib"), "MiB", 1.2)
    add("  in aspersor", get("feed memory", "aspersorMib"), "MiB")
    first = get("formats 1", "cpuPerMinute")
    for name in results:
        if name.startswith("formats ") and name != "formats 1":
            count = int(name.split()[1])
            add(f"{count} streams of one feed: CPU s/min for each after the first",
                (get(name, "cpuPerMinute") - first) / (count - 1), "s")
    for name in results:
        if name.startswith("ingest "):
            feeds = name.split()[1]
            add(f"{feeds} feeds, unwatched: CPU s/feed-minute", get(name, "perFeedMinute"), "s",
                0.10 if feeds == "20" else None)
            add(f"{feeds} feeds, unwatched: × bare libav TS→TS loop",
                get(name, "perFeedMinute") / get(f"copy {feeds}", "perFeedMinute"), "×", 1.5 if feeds == "20" else None)
            if f"watched {feeds}" in results:
                watched = f"watched {feeds}"
                add(f"{feeds} feeds, a viewer each: aspersor's CPU s/feed-minute", get(watched, "aspersor"), "s")
                add(f"{feeds} feeds, a viewer each: aspersor × bare libav loop",
                    get(watched, "aspersor") / get(f"copy {feeds}", "perFeedMinute"), "×")
    add("idle: ffserver, CPU s/min", get("idle", "ffserver"), "s", 0.02)
    add("idle: aspersor --headless, CPU s/min", get("idle", "aspersor"), "s", 0.1)
    for name in results:
        first_word = name.split()[0]
        if first_word == "icecast" or "cpuPerGb" in results[name] and first_word not in (
                "ts", "flv", "mp4", "floor", "10", "stalled", "slow", "newcomers", "goal", "viewer", "formats"):
            add(f"beside it, {name} viewers: CPU s/GB", get(name, "cpuPerGb"))
            add(f"beside it, {name} viewers: delay, 99 %", get(name, "delayP99Ms"), "ms")
    if "nginx-rtmp ingest 20" in results:
        add("beside it, nginx-rtmp, 20 feeds by RTMP: CPU s/feed-minute", get("nginx-rtmp ingest 20", "perFeedMinute"),
            "s")
    return rows


def table(rows, rounds, seconds):
    lines = [f"Median of {rounds} round{'s' if rounds > 1 else ''} of {seconds:g} s each, on {machine()}.", "",
             "| figure | measured | goal | |", "| --- | ---: | ---: | --- |"]
    for row in rows:
        goal = "" if row.goal is None else f"≤ {row.goal:g}"
        verdict = "" if row.goal is None else "yes" if row.reached() else "**no**"
        value = f"{row.value:.0f}" if abs(row.value) >= 1000 else f"{row.value:.3g}"
        lines.append(f"| {row.text} | {value} {row.unit} | {goal} | {verdict} |")
    return "\n".join(lines)


def sane(results):
    """True when every setup measured something: what a smoke test can say."""
    good = True
    for name, values in results.items():
        crowd_fed = values.get("fed", 1) > 0 and values.get("refused", 0) == 0
        intact = values.get("continuityErrors", 0) == 0 if name.startswith("ts ") else True
        seen = any(values.get(key, 0) > 0 for key in ("measuredBytes", "perFeedMinute", "aspersorMib", "aspersor"))
        keyframes = values.get("notKeyframeFirst", 0) == 0 if name.startswith("ts ") else True
        if not (crowd_fed and intact and seen and keyframes):
            print(f"bench: {name} measured nothing, or something is lost: {values}", file=sys.stderr)
            good = False
    return good


def plots(results, folder, gathering):
    try:
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        print("bench: no plots without python3-matplotlib", file=sys.stderr)
        return
    matplotlib.rcParams["svg.hashsalt"] = "aspersor"

    def save(name, title, label, log=True):
        axis = plt.gca()
        axis.set_title(title, fontsize=10)
        axis.set_ylabel(label)
        if log:
            axis.set_xscale("log")
            axis.set_xticks(crowds, [str(crowd) for crowd in crowds])
            axis.minorticks_off()
            axis.set_xlabel("viewers of one 2 Mbit/s feed")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=8)
        plt.tight_layout()
        plt.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close()

    def line(key, names, style, label):
        have = [(crowd, results[name][key]) for crowd, name in zip(crowds, names) if name in results]
        plt.plot([x for x, _ in have], [y for _, y in have], style, label=label)

    crowds = sorted({int(name.split()[1]) for name in results if name.startswith("ts ")})
    size = (5.6, 3.4)
    plt.figure(figsize=size)
    for suffix, style in (("ts", "o-"), ("flv", "s-"), ("mp4", "^-")):
        line("cpuPerGb", [f"{suffix} {crowd}" for crowd in crowds], style, f"ffserver, .{suffix}")
    line("cpuPerGb", [f"floor {crowd} gather {gathering(crowd)}" for crowd in crowds], "k--", "floor, same gathering")
    line("cpuPerGb", [f"floor {crowd} gather 0" for crowd in crowds], "k:", "floor, nothing gathered")
    for name in results:
        if name.startswith("icecast "):
            plt.plot([int(name.split()[1])], [results[name]["cpuPerGb"]], "rx", label="Icecast")
    save("cpu", "CPU to serve", "CPU seconds per GB")
    plt.figure(figsize=size)
    for suffix, color in (("ts", "C0"), ("flv", "C1"), ("mp4", "C2")):
        for key, style, text in (("delayP50Ms", "o-", "median"), ("delayP99Ms", "o--", "99 %")):
            line(key, [f"{suffix} {crowd}" for crowd in crowds], color + style, f".{suffix}, {text}")
    save("delay", "Delay from a picture into ffserver to a viewer", "ms")

    def bars(name, title, label, values):
        plt.figure(figsize=size)
        plt.bar(list(values), list(values.values()), color=["C0", "C7", "C2", "C3", "C4", "C5"][:len(values)])
        plt.xticks(fontsize=8)
        save(name, title, label, log=False)

    bars("gathering", "1000 viewers: what gathering saves", "CPU seconds per GB",
         {f"{budget} ms": results[f"ts 1000 budget {budget}"]["cpuPerGb"] for budget in (0, 100, 200)
          if f"ts 1000 budget {budget}" in results})
    ingest = {"aspersor\nunwatched": results["ingest 20"]["perFeedMinute"],
              "aspersor\nwatched": results["watched 20"]["aspersor"], "libav\nloop": results["copy 20"]["perFeedMinute"]}
    if "nginx-rtmp ingest 20" in results:
        ingest["nginx-rtmp\n(RTMP)"] = results["nginx-rtmp ingest 20"]["perFeedMinute"]
    bars("ingest", "20 feeds in", "CPU seconds per feed-minute", ingest)
    bars("newcomers", "First byte to a new viewer among 1000", "ms",
         {"median": results["newcomers"]["lateByteP50Ms"], "99 %": results["newcomers"]["lateByteP99Ms"]})
    bars("memory", "Memory", "KiB", {"of a viewer": max(results["viewer memory"]["kibPerViewer"], 0),
                                     "its socket buffers": max(results["viewer memory"]["kernelKibPerViewer"], 0)})
    bars("formats", "Streams of one feed, a viewer each", "CPU seconds per minute",
         {f"{count}": results[f"formats {count}"]["cpuPerMinute"] for count in (1, 2, 5, 10)})
