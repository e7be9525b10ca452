"""Number sources that ask a server on loopback, which answers what a test says."""

import pytest

from integrations.numbers.config import PrometheusNumbersConfig
from integrations.numbers.registry import build_numbers
from tests.integrations.told import ToldPlace


class Place(ToldPlace):
    """The server, and numbers that are asked of it."""

    def numbers(self, query="budget", subject="service", **given):
        """Build a source of numbers."""
        values = {"base_url": self.sandbox.url, "timeout": (1, 0.3)} | given
        config = PrometheusNumbersConfig(name="error_budget", query=query, subject=subject, **values)
        return build_numbers(config, self.line("signals.error_budget"), self.clock)


@pytest.fixture
def place():
    """Serve."""
    made = Place()
    with made.sandbox:
        yield made
