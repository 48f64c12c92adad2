# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: each setup starts the programs, loads them, and returns its numbers."""
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from programs import Program, cpu_seconds, kernel_tcp_kib, measure_cpu, anonymous_kib

FORMATS = [("ts", "mpegts"), ("flv", "flv"), ("mkv", "matroska"), ("mp4", "mp4"), ("aac", "adts")]
STARTUP = 15  # s for which a feed outlasts the measurement: a busy machine starts slowly


@dataclass
class Setups:
    bin: Path        # the built programs
    work: Path       # a folder to write in
    clip: Path
    seconds: float   # of each measurement
    settle_ms: int = 1500

    # ---- pieces

    def bench(self, *arguments):
        return Program(self.bin / "bench-fanout", *arguments)

    def feeder(self, to, feeds=1, extra_seconds=0, **more):
        options = [word for key, value in more.items() for word in (f"--{key}", value)]
        return self.bench("feed", "--to", to, "--clip", self.clip, "--feeds", feeds, "--seconds",
                          int(self.seconds + STARTUP + extra_seconds), *options)

    def late(self, port, paths, viewers, join_ms):
        """Viewers who come while others watch, from a program of their own: it has no others' bytes to read first."""
        with self.bench("view", "--port", port, "--paths", ",".join(paths), "--viewers", viewers, "--joinMs", join_ms,
                        "--settleMs", 0, "--seconds", 1, "--samples", viewers) as view:
            done = view.event("done")
        return {"lateByteP50Ms": done["firstByteP50Ms"], "lateByteP99Ms": done["firstByteP99Ms"],
                "lateAllServedMs": done["lastServedMs"], "lateUnserved": done["viewers"] - done["fed"],
                "lateNotKeyframeFirst": done["notKeyframeFirst"]}

    def crowd(self, port, paths, viewers, pid, newcomers=None, **more):
        """Lets a crowd watch, and measures the server meanwhile. `newcomers`: how many more come then, in how many ms."""
        more = {"joinMs": viewers, "settleMs": self.settle_ms, **more}
        options = [word for key, value in more.items() for word in (f"--{key}", value)]
        with self.bench("view", "--port", port, "--paths", ",".join(paths), "--viewers", viewers, "--seconds",
                        max(int(self.seconds), 1), *options) as view:
            alone_kib = None
            if more.get("alone"):
                view.event("alone")
                alone_kib, alone_kernel = anonymous_kib(pid), kernel_tcp_kib()
            view.event("measuring")
            before = cpu_seconds(pid)
            late = self.late(port, paths, *newcomers) if newcomers else {}
            view.event("measured")
            used = cpu_seconds(pid) - before
            kib, kernel = anonymous_kib(pid), kernel_tcp_kib()
            done = {**view.event("done"), **late}
        done["cpu"] = used
        done["cpuPerGb"] = used / max(done["measuredBytes"] / 1e9, 1e-9)
        if alone_kib is not None:
            done["kibPerViewer"] = (kib - alone_kib) / max(viewers - 1, 1)
            done["kernelKibPerViewer"] = (kernel - alone_kernel) / max(viewers - 1, 1)
        return done

    def config(self, extra="", repeat=1):
        conf = self.work / "ffserver.conf"
        streams = "".join(f"<Stream *{'' if i == 0 else f'-{i}'}.{suffix}>\nFeed *\nFormat {name}\n</Stream>\n"
                          for i in reversed(range(repeat)) for suffix, name in FORMATS)
        conf.write_text("HTTPBindAddress 127.0.0.1\nMaxHTTPConnections 20000\nMaxClients 20000\n"
                        f"MaxBandwidth 10000000\n{extra}\n{streams}")
        return conf

    def ffserver(self, conf):
        return Program(self.bin / "ffserver", "-f", conf, "--control", "stdio", "--feed-socket",
                       self.work / "feed.sock", "--http", "127.0.0.1:0", stdin=subprocess.PIPE)

    def aspersor(self):
        folder = self.work / "aspersor"
        folder.mkdir(exist_ok=True)
        env = dict(os.environ, XDG_STATE_HOME=str(folder), XDG_RUNTIME_DIR=str(folder))
        return Program(self.bin / "aspersor", "--headless", "--open", "--ingest=127.0.0.1:0", "--http=127.0.0.1:0",
                       f"--config-dir={folder}", "--max-feeds=100", stdin=subprocess.PIPE, env=env)

    @staticmethod
    def names(feeds):
        return ["bench"] if feeds == 1 else [f"bench{i + 1}" for i in range(feeds)]

    # ---- the fan-out

    def floor(self, viewers, gather=0, **crowd):
        with self.bench("floor", "--clip", self.clip, "--gather", gather, "--seconds",
                        int(self.seconds + STARTUP + viewers / 500)) as server:
            return self.crowd(server.event("ready")["port"], ["/"], viewers, server.pid, **crowd)

    def fan_out(self, suffix, viewers, feeds=1, budget=None, **crowd):
        """ffserver with a crowd on it, spread over its feeds."""
        extra = "" if budget is None else f"DelayBudget {budget}"
        with self.ffserver(self.config(extra)) as server:
            port = server.event("ready")["port"]
            with self.feeder(self.work / "feed.sock", feeds, viewers / 500 + 5) as feeder:
                feeder.event("feeding")
                for _ in range(feeds):
                    server.event("feed", state="live")
                server.drain()
                paths = [f"/{name}.{suffix}" for name in self.names(feeds)]
                return self.crowd(port, paths, viewers, server.pid, **crowd)

    def formats(self, count):
        """CPU of ffserver with one viewer on each of `count` streams of one feed."""
        with self.ffserver(self.config(repeat=2)) as server:
            port = server.event("ready")["port"]
            with self.feeder(self.work / "feed.sock") as feeder:
                feeder.event("feeding")
                server.event("feed", state="live")
                server.drain()
                paths = [f"/bench{'' if i < 5 else '-1'}.{FORMATS[i % 5][0]}" for i in range(count)]
                done = self.crowd(port, paths, count, server.pid, samples=0)
                return {"cpuPerMinute": done["cpu"] / done["seconds"] * 60, **done}

    # ---- the way in

    def ingest(self, feeds, watched=False):
        """CPU of aspersor and its ffserver, a minute of each feed."""
        with self.aspersor() as room:
            begun = room.events({"ready": {}, "ffserver": {"state": "running"}})
            port, viewers_port = self.ports(begun["ready"])
            child = begun["ffserver"]["pid"]
            with self.feeder(port, feeds, feeds / 10 + 5) as feeder:
                feeder.event("feeding")
                for _ in range(feeds):
                    room.event("feed", state="live")
                room.drain()
                time.sleep(2)  # every feed is probed, and ffserver has it
                if not watched:
                    return self.per_feed({"aspersor": room.pid, "ffserver": child}, feeds)
                paths = [f"/{name}.ts" for name in self.names(feeds)]
                with self.bench("view", "--port", viewers_port, "--paths", ",".join(paths), "--viewers", feeds,
                                "--joinMs", 500, "--settleMs", 1500, "--seconds", int(self.seconds) + 3) as view:
                    view.event("measuring")
                    return self.per_feed({"aspersor": room.pid, "ffserver": child}, feeds)

    def feed_memory(self, feeds):
        """What a feed adds to both programs, with its GOP in aspersor and in ffserver and a viewer on it."""
        with self.aspersor() as room:
            begun = room.events({"ready": {}, "ffserver": {"state": "running"}})
            port, viewers_port = self.ports(begun["ready"])
            pids = {"aspersor": room.pid, "ffserver": begun["ffserver"]["pid"]}
            empty = {name: anonymous_kib(pid) for name, pid in pids.items()}
            with self.feeder(port, feeds, feeds / 10 + 10) as feeder:
                feeder.event("feeding")
                for _ in range(feeds):
                    room.event("feed", state="live")
                room.drain()
                time.sleep(1)
                # Five seconds are more than two GOPs.
                self.crowd(viewers_port, [f"/{name}.ts" for name in self.names(feeds)], feeds, pids["ffserver"],
                           settleMs=5000, samples=0)
                return {name + "Mib": (anonymous_kib(pid) - empty[name]) / 1024 / feeds for name, pid in pids.items()}

    @staticmethod
    def ports(ready):
        """Where phones publish, where viewers watch."""
        return [int(ready[which].rsplit(":", 1)[1].split("/")[0]) for which in ("ingest", "viewers")]

    def per_feed(self, pids, feeds):
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(self.seconds)
        used = {name: (cpu_seconds(pid) - before[name]) * 60 / self.seconds / feeds for name, pid in pids.items()}
        return {"perFeedMinute": sum(used.values()), **used}

    def copy_loop(self, feeds):
        with self.bench("copy", "--feeds", feeds) as server:
            with self.feeder(server.event("ready")["port"], feeds, feeds / 10 + 5, way="raw") as feeder:
                feeder.event("feeding")
                time.sleep(7)  # libav probes for 5 s of its own accord
                return self.per_feed({"copy": server.pid}, feeds)

    def idle(self):
        with self.ffserver(self.config()) as server:
            server.event("ready")
            server.drain()
            time.sleep(1)
            own = measure_cpu([server.pid], self.seconds * 2) * 30 / self.seconds
        with self.aspersor() as room:
            room.events({"ready": {}, "ffserver": {"state": "running"}})
            room.drain()
            time.sleep(1)
            return {"ffserver": own, "aspersor": measure_cpu([room.pid], self.seconds * 2) * 30 / self.seconds}
