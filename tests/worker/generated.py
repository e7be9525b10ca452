"""The generated company to live in: a year of Acme behind it, two repositories and a Jira, a dozen people."""

import logging
from contextlib import contextmanager

import structlog

from integrations.sandbox.github import GithubFace
from integrations.sandbox.jira import JiraFace
from integrations.sandbox.prometheus import PrometheusFace
from integrations.sandbox.seeds import acme
from integrations.sandbox.seeds.people import PEOPLE
from integrations.sandbox.server import Sandbox
from tests.worker.places import Clock, Place
from worker.playground import GITHUB_PREFIX, JIRA_PREFIX, company_config, with_values
from worker.stop import Stop


class Generated(Place):
    """Acme, as `make demo` has it, with a clock that can be put forward."""

    bot = "kaizend"
    ending = "acme"
    people = tuple(person.name for person in PEOPLE)

    def __init__(self, folder, start, *, seed, flavour, packs):
        self.clock = Clock(start)
        self.folder = folder
        self.env = {}
        made = acme(start, seed, clock=self.clock)
        self.github, self.jira, self.numbers = made.github, made.jira, made.numbers
        faces = [
            GithubFace(self.github, self.clock, prefix=GITHUB_PREFIX),
            JiraFace(self.jira, self.clock, prefix=JIRA_PREFIX, flavour=flavour),
            PrometheusFace(self.numbers, self.clock),
        ]
        self.sandbox = Sandbox(faces)
        self.stop = Stop()
        self.config = folder / "config.toml"
        rules = ", ".join(f'"{pack}"' for pack in packs)
        wanted = {"instance": {"rules": f"[{rules}]"}, "ceilings": {"person": "5"}}
        text = with_values(company_config(self.sandbox.url), wanted)
        if flavour == "dc":
            text = text.replace('email = "kaizend@acme.example"\n', "").replace('jira = "acc-', 'jira = "')
        self.config.write_text(text, encoding="utf-8")


@contextmanager
def generated(folder, start, seed, flavour, packs):
    """Serve the generated company, its year behind it, from a moment on."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    made = Generated(folder, start, seed=seed, flavour=flavour, packs=packs)
    try:
        with made.sandbox:
            yield made
    finally:
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()
