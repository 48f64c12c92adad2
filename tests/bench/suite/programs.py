# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that are measured, and what the system says of them."""
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path


def cpu_seconds(pid):
    """CPU of all threads, in the scheduler's nanoseconds; of threads that have ended, in ticks of 10 ms."""
    total = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9
    except (OSError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anonymous_kib(pid):
    """Memory of its own: the share of the libraries that PSS counts depends on who else uses them at the moment."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1])
    return 0


def kernel_tcp_kib():
    """What the kernel holds in socket buffers, of both ends: all of it is on this machine."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return 0


class Program:
    """A child that prints one JSON object a line; ended by PID at the end, whatever happens."""

    def __init__(self, *command, stdin=subprocess.DEVNULL, env=None):
        self.process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=env)
        self.pid = self.process.pid
        self._drain = None

    def event(self, name, **fields):
        """The next event of that name and with these values; what comes before it is passed over."""
        return self.events({name: fields})[name]

    def events(self, wanted):
        """One event for each of {name: {field: value}}, in whatever order they come."""
        found = {}
        for line in self.process.stdout:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            name = value.get("event")
            if name in wanted and all(value.get(key) == is_now for key, is_now in wanted[name].items()):
                found[name] = value
            if len(found) == len(wanted):
                return found
        raise RuntimeError(f"{self.process.args[0]} ended without {sorted(set(wanted) - set(found))}")

    def drain(self):
        """From here on nobody reads events: they are thrown away, so that the program does not wait."""
        self._drain = threading.Thread(target=lambda: [None for _ in self.process.stdout])
        self._drain.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._drain:
            self._drain.join()
        self.process.stdout.close()
        if self.process.stdin:
            self.process.stdin.close()


def measure_cpu(pids, seconds):
    """CPU seconds that the programs use together in this time."""
    before = sum(cpu_seconds(pid) for pid in pids)
    time.sleep(seconds)
    return sum(cpu_seconds(pid) for pid in pids) - before


CLIP = ("-f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 20 "
        "-c:v libx264 -preset ultrafast -tune zerolatency -bf 0 -g 60 -b:v 1830k -maxrate 1830k -bufsize 900k "
        "-pix_fmt yuv420p -c:a aac -ac 2 -b:a 128k -f mpegts")


def make_clip(path):
    """As a phone records it: 2 Mbit/s, a keyframe every 2 s, no B-frames."""
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *CLIP.split(), str(part)], check=True)
        part.rename(path)
    return path
