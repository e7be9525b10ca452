"""Inputs that ask a server on loopback, which answers what a test says."""

import pytest

from integrations.inputs.config import PageConfig, PrometheusConfig
from integrations.inputs.registry import build_signal
from tests.integrations.told import ToldPlace


class Place(ToldPlace):
    """The server, and inputs that ask it."""

    def signal(self, config):
        """Build an input."""
        return build_signal(config, self.line(f"inputs.{config.name}"), self.clock)

    def prometheus(self, query="up", **given):
        """Build an input that asks for figures."""
        values = {"base_url": self.sandbox.url, "query": query, "timeout": (1, 0.3)} | given
        return self.signal(PrometheusConfig(name="error-budgets", **values))

    def page(self, path="/audit", **given):
        """Build an input that asks for a page."""
        values = {"url": self.sandbox.url + path, "timeout": (1, 0.3)} | given
        return self.signal(PageConfig(name="audit-findings", **values))


@pytest.fixture
def place():
    """Serve."""
    made = Place()
    with made.sandbox:
        yield made
