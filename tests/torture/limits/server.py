"""What a server sees of us: when each request came in, by a clock that all processes share, and the fullest windows."""

import multiprocessing
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

from integrations.sandbox.wire import Response
from tests.worker.faulty import firm
from tests.worker.places import NOW, Clock

CONTENT = re.compile(r"/repos/[^/]+/[^/]+/(issues|labels|milestones|issues/\d+/comments)")
FORK = multiprocessing.get_context("fork")


class SharedClock(Clock):
    """A clock that forked processes share: who sleeps, or lets time pass, moves it for all."""

    def __init__(self, now=NOW):
        super().__init__(now)
        self.put = FORK.Value("d", 0.0)

    def __call__(self):
        """Tell the time."""
        return super().__call__() + timedelta(seconds=self.put.value)

    def forward(self, **span):
        """Let time pass."""
        with self.put.get_lock():
            self.put.value += timedelta(**span).total_seconds()

    def sleep(self, seconds):
        """Sleep without taking long."""
        self.forward(seconds=seconds)


class Diary:
    """When what came in; GitHub's content beyond its limits is punished with 403, as GitHub does."""

    def __init__(self, limits=()):
        self.clock = None
        self.limits = limits
        self.asked = []  # (face, moment, method, path)
        self.punished = 0

    def __call__(self, face, request):
        """Write a request down."""
        if self.clock is not None:
            self.asked.append((face, self.clock(), request.method, request.path))

    def content(self):
        """Return when GitHub was given content."""
        return [
            at
            for face, at, method, path in self.asked
            if face == "github" and method == "POST" and CONTENT.fullmatch(path)
        ]

    def refusal(self, face, request):
        """Return GitHub's refusal of content that is one too many."""
        if not (face == "github" and request.method == "POST" and CONTENT.fullmatch(request.path)):
            return None
        now = self.clock()
        before = [at for at in self.content()[:-1] if at <= now]
        for count, seconds in self.limits:
            if sum(at > now - timedelta(seconds=seconds) for at in before) >= count:
                self.punished += 1
                return Response(status=403, json={"message": "You have exceeded a secondary rate limit."})
        return None


class Strict:
    """A face that keeps a diary, and the limits in it."""

    def __init__(self, face, diary):
        self.name, self.prefix = face.name, face.prefix
        self.face, self.diary = face, diary

    def answer(self, request):
        """Answer as the face does, unless it is one too many."""
        self.diary(self.name, request)
        return self.diary.refusal(self.name, request) or self.face.answer(request)


@contextmanager
def served(folder, flavour="cloud", *, limits=(), **given):
    """Serve a company on a clock that processes share; yield it and the diary."""
    diary = Diary(limits)
    with firm(folder, flavour, wrap=lambda face: Strict(face, diary), clock=SharedClock(), **given) as made:
        diary.clock = made.clock
        yield made, diary


def fullest(moments, seconds):
    """Return how many moments the fullest window of so many seconds holds, wherever it begins."""
    ordered = sorted(moments)
    most = start = 0
    for end, at in enumerate(ordered):
        while at - ordered[start] >= timedelta(seconds=seconds):
            start += 1
        most = max(most, end - start + 1)
    return most


def closest(moments):
    """Return the least distance between two moments, in seconds."""
    ordered = sorted(moments)
    return min(((after - before).total_seconds() for before, after in pairwise(ordered)), default=0.0)


def in_a_process(made):
    """Make a pass in a process of its own, as cron would."""
    process = FORK.Process(target=made.once)
    process.start()
    process.join(600)
    assert process.exitcode == 0, process.exitcode
