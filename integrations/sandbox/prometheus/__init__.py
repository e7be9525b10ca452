"""A small Prometheus for the sandbox: numbers that a test or a demo says, and a face that answers queries for them."""

from integrations.sandbox.prometheus.face import PrometheusFace
from integrations.sandbox.prometheus.world import NumbersWorld

__all__ = ["NumbersWorld", "PrometheusFace"]
