"""The catalogue: each fault by its family and name, what is seen of it, and on which trackers it is tried."""

from tests.torture.catalogue import access, delivery, hostile, objects, rates, reading, rules, time
from tests.torture.catalogue.fault import Fault

FAMILIES: dict[str, tuple[Fault, ...]] = {
    "delivery": delivery.FAULTS,
    "rates": rates.FAULTS,
    "reading": reading.FAULTS,
    "access": access.FAULTS,
    "objects": objects.FAULTS,
    "rules": rules.FAULTS,
    "time": time.FAULTS,
    "hostile": hostile.FAULTS,
}
CATALOGUE = {f"{family}/{fault.name}": fault for family, faults in FAMILIES.items() for fault in faults}
"""Each fault by its whole name, "rates/quota"."""
