"""For which services something counts."""

from dataclasses import replace

import pytest

from rules.policy import Policy, Service
from rules.services import services_of
from tests.rules.factories import policy

CHECKOUT = Service(name="checkout", sources=frozenset({"shop"}), components=frozenset({"cart", "payments"}))
SEARCH = Service(name="search", labels=frozenset({"service:search"}))
WEB = Service(name="web", sources=frozenset({"site"}))


@pytest.fixture
def shop() -> Policy:
    """Return a policy with three services."""
    return replace(policy(), services=(CHECKOUT, SEARCH, WEB))


class TestServicesOf:
    """For which services something of a source counts."""

    @pytest.mark.parametrize(
        ("source", "components", "labels", "expected"),
        [
            ("shop", ["Payments"], [], ["checkout"]),
            ("ops", ["payments"], [], []),
            ("ops", [], ["Service:Search"], ["search"]),
            ("shop", ["cart"], ["service:search"], ["checkout", "search"]),
            ("site", [], [], ["web"]),
            ("site", [], ["service:search"], ["search"]),
            ("shop", [], [], []),
        ],
    )
    def test_a_component_or_a_label_means_a_service_else_the_source_does(
        self, shop: Policy, source: str, components: list[str], labels: list[str], expected: list[str]
    ) -> None:
        assert services_of(shop, source, components, labels) == expected

    def test_without_services_each_component_is_one(self) -> None:
        assert services_of(policy(), "shop", ["Cart", "payments"], ["service:search"]) == ["cart", "payments"]
