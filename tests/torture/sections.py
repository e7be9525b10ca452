"""The parts of the bench, by name, in the order in which they are played."""

from collections.abc import Callable

from tests.torture.faults import faults
from tests.torture.limits.bench import limits
from tests.torture.matrix.bench import matrix
from tests.torture.months.section import months
from tests.torture.secrets import secrets
from tests.torture.section import Extent, Section
from tests.torture.wire import wire

SECTIONS: dict[str, Callable[[Extent], Section]] = {
    "matrix": matrix,
    "months": months,
    "wire": wire,
    "limits": limits,
    "faults": faults,
    "secrets": secrets,
}
