"""`python -m tests.torture.months SEED ...`: live these months, print what came of each as a line of JSON.

DAYS=5 lives shorter ones. The order of sets belongs to the seed, too: run it with PYTHONHASHSEED=0.
"""

import gc
import logging
import os
import sys
from pathlib import Path

import orjson
import structlog

from tests.torture.canary import swept
from tests.torture.months.month import DAYS, Month

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk that costs nothing, where there is one


def main(seeds):
    """Live the months."""
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # many objects and few circles: looking for those took a tenth of a month
    days = int(os.environ.get("DAYS", DAYS))
    for seed in seeds:
        with swept(MEMORY if MEMORY.is_dir() else None) as folder:
            report = Month(folder, seed, days).live()
        sys.stdout.buffer.write(orjson.dumps(report.plain()) + b"\n")
        sys.stdout.buffer.flush()
    structlog.reset_defaults()


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]])
