"""A real Prometheus server on loopback, with a past of its own and an exporter that it scrapes each second."""

import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
MISSING = "no Prometheus server is installed: Debian's package is called prometheus"
CONFIG = """
global: {{ scrape_interval: 1s, scrape_timeout: 1s }}
scrape_configs:
  - job_name: exporter
    static_configs: [{{ targets: ["127.0.0.1:{port}"] }}]
"""


class Exporter(ThreadingHTTPServer):
    """Says its metrics to whoever asks, and knows how often it was asked."""

    daemon_threads = True

    def __init__(self, text):
        self.text, self.asked = text, threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), _Told)

    @contextmanager
    def serving(self):
        """Answer while the context lasts."""
        thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()

    def scraped(self):
        """Wait until what it says now is stored: a scrape has begun after another one was asked for and is over."""
        for _ in range(3):
            assert self.asked.acquire(timeout=20), "nobody scrapes the exporter"


class _Told(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.asked.release()

    def log_message(self, *words):
        """Say nothing."""


@contextmanager
def prometheus(folder, exporter, past):
    """Serve; `past` is OpenMetrics text of samples with their times. Yields the address. Ends what it started."""
    (folder / "past.om").write_text(past, encoding="utf-8")
    blocks = [PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", "past.om", "data"]
    subprocess.run(blocks, cwd=folder, check=True, capture_output=True, timeout=60)  # noqa: S603 - ours
    (folder / "prometheus.yml").write_text(CONFIG.format(port=exporter.server_port), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=10y"]
    server = subprocess.Popen(  # noqa: S603 - ours
        [PROMETHEUS, *flags, f"--web.listen-address={address}"], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    reader = threading.Thread(target=server.stderr.read)  # it must not have to wait for us before it writes its log
    try:
        assert any("Server is ready" in line for line in server.stderr), "Prometheus did not start"
        reader.start()
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(timeout=30)
        if reader.ident is not None:
            reader.join(timeout=30)
        server.stderr.close()


def free_port():
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
