# SPDX-License-Identifier: GPL-3.0-or-later
"""Other servers, when they are on this machine: each with a configuration of its own, on the loopback only."""
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from programs import Program

PASSWORD = "bench"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def icecast_path():
    return shutil.which("icecast2") or shutil.which("icecast")


def icecast_config(folder, port):
    root = os.geteuid() == 0  # it refuses to run as root
    change = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" if root else ""
    path = folder / "icecast.xml"
    path.write_text(f"""<icecast>
<limits><clients>20000</clients><sources>100</sources><queue-size>4194304</queue-size>
<burst-on-connect>1</burst-on-connect><burst-size>65535</burst-size></limits>
<authentication><source-password>{PASSWORD}</source-password><admin-user>a</admin-user>
<admin-password>{PASSWORD}</admin-password></authentication>
<hostname>localhost</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{folder}</logdir><webroot>{folder}</webroot><adminroot>{folder}</adminroot></paths>
<logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>1</loglevel></logging>
<security><chroot>0</chroot>{change}</security></icecast>""")
    if root:
        folder.chmod(0o777)
        path.chmod(0o644)
    return path


def icecast(setups, viewers):
    """Icecast passes the bytes of the same MPEG-TS on."""
    port = free_port()
    folder = setups.work / "icecast"
    folder.mkdir(exist_ok=True)
    setups.work.chmod(0o755)
    with Program(icecast_path(), "-c", icecast_config(folder, port)) as server:
        server.drain()
        wait_for(port)
        with setups.feeder(port, extra_seconds=viewers / 500 + 5, way="put", auth=f"source:{PASSWORD}",
                           name="bench.ts") as feeder:
            feeder.event("feeding")
            time.sleep(1)
            return setups.crowd(port, ["/bench.ts"], viewers, server.pid)


def nginx_rtmp_module():
    nginx = shutil.which("nginx")
    module = next((path for path in map(Path, ("/usr/lib/nginx/modules/ngx_rtmp_module.so",
                                               "/usr/share/nginx/modules/ngx_rtmp_module.so")) if path.exists()), None)
    return (nginx, module) if nginx and module else None


def nginx_ingest(setups, feeds):
    """nginx takes RTMP, not our phones' MPEG-TS: an ffmpeg for each feed brings it the same clip."""
    nginx, module = nginx_rtmp_module()
    port = free_port()
    folder = setups.work / "nginx"
    folder.mkdir(exist_ok=True)
    conf = folder / "nginx.conf"
    conf.write_text(f"""load_module {module};
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
""")
    with Program(nginx, "-c", conf, "-p", folder) as server:
        server.drain()
        wait_for(port)
        pushers = []
        try:
            for i in range(feeds):
                pushers.append(subprocess.Popen(
                    ["ffmpeg", "-v", "quiet", "-nostdin", "-re", "-stream_loop", "-1", "-i", setups.clip, "-c", "copy",
                     "-f", "flv", f"rtmp://127.0.0.1:{port}/live/bench{i}"]))
            time.sleep(3)
            return setups.per_feed({"nginx": server.pid}, feeds)
        finally:
            for pusher in pushers:
                pusher.kill()
                pusher.wait()


class Named:
    """A server that somebody brought: --peer NAME=COMMAND, where {port} and {folder} are filled in. It has to take
    chunked POSTs of MPEG-TS at /bench.ts and give them to viewers of the same address."""

    def __init__(self, text):
        self.name, _, self.command = text.partition("=")
        if not self.command:
            raise SystemExit(f"bench: --peer is followed by NAME=COMMAND, not by {text}")

    def fan_out(self, setups, viewers):
        port = free_port()
        folder = setups.work / self.name
        folder.mkdir(exist_ok=True)
        words = [word.format(port=port, folder=folder) for word in self.command.split()]
        with Program(*words) as server:
            server.drain()
            wait_for(port)
            with setups.feeder(port, extra_seconds=viewers / 500 + 5, name="bench.ts") as feeder:
                feeder.event("feeding")
                time.sleep(1)
                return setups.crowd(port, ["/bench.ts"], viewers, server.pid)
