"""Measuring: the predictions for labelled history, their file, and how well they agree with the labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from rules.recurrence.model import Model
from rules.recurrence.scoring import Action, Label, Prediction
from worker.errors import WorkerError
from worker.recurrence.labelled import Row
from worker.recurrence.replaying import Judged, judged


def predictions(rows: Sequence[Row], model: Model) -> Iterator[Prediction]:
    """Yield what is said of each report that the file asks for, as it came in."""
    asked = frozenset(row.uid for row in rows if row.query)
    with TemporaryDirectory(prefix="kaizend-") as folder:
        for one in judged(rows, Path(folder) / "recurrence.db", model, asked):
            yield Prediction(
                uid=one.uid,
                candidates=tuple((found.uid, found.probability) for found in one.verdict.candidates),
                action=_action(one),
                strong=one.strong,
                milliseconds=one.milliseconds,
            )


def _action(one: Judged) -> Action:
    """Return what is done: a strong match that opens nothing is suggested, as others are."""
    if one.strong == "opened":
        return "reopen"
    return "none" if one.verdict.tier == "none" else "suggest"


def labels(rows: Iterable[Row]) -> dict[str, Label]:
    """Return what the file says afterwards of each ticket."""
    return {row.uid: Label(truth=row.truth, root=row.root, related=row.related) for row in rows}


def write_predictions(path: Path, given: Iterable[Prediction]) -> None:
    """Write predictions, a JSON object a line. Raises WorkerError."""
    lines = b"".join(
        orjson.dumps(
            {
                "id": one.uid,
                "candidates": [{"id": uid, "score": round(score, 6)} for uid, score in one.candidates],
                "action": one.action,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for one in given
    )
    try:
        path.write_bytes(lines)
    except OSError as error:
        raise WorkerError(f"{path}: cannot be written ({error.strerror})") from error
