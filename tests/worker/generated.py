"""The generated company to live in: a year of Acme behind it, two repositories and a Jira, a dozen people."""

from integrations.sandbox.github import GithubFace
from integrations.sandbox.jira import JiraFace
from integrations.sandbox.seeds import acme
from integrations.sandbox.server import Sandbox
from tests.worker.places import Clock, Place
from worker.playground import GITHUB_PREFIX, JIRA_PREFIX, company_config, with_values
from worker.stop import Stop


class Generated(Place):
    """Acme, as `make demo` has it, with a clock that can be put forward."""

    bot = "kaizend"
    ending = "acme"

    def __init__(self, folder, start, *, seed, flavour, packs):
        self.clock = Clock(start)
        self.folder = folder
        self.env = {}
        made = acme(start, seed, clock=self.clock)
        self.github, self.jira = made.github, made.jira
        faces = [
            GithubFace(self.github, self.clock, prefix=GITHUB_PREFIX),
            JiraFace(self.jira, self.clock, prefix=JIRA_PREFIX, flavour=flavour),
        ]
        self.sandbox = Sandbox(faces)
        self.stop = Stop()
        self.config = folder / "config.toml"
        rules = ", ".join(f'"pack:{pack}"' for pack in packs)
        wanted = {"instance": {"rules": f"[{rules}]"}, "ceilings": {"person": "5"}}
        text = with_values(company_config(self.sandbox.url), wanted)
        if flavour == "dc":
            text = text.replace('email = "kaizend@acme.example"\n', "").replace('jira = "acc-', 'jira = "')
        self.config.write_text(text, encoding="utf-8")
