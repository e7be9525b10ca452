"""Deployments that wait for the gates: let go on once while none blocks releases, else they go on waiting."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.sandbox.github.world import APP_PERMISSIONS
from tests.worker.gatehouse import GATE, SAY, Gatehouse
from tests.worker.places import TOKEN, place
from worker.cycle import Watching, read
from worker.look import look
from worker.settings import load_settings
from worker.settings.errors import SettingsError

BLOCK = GATE.replace("pause-features", "block-releases").replace(SAY, "").replace("\nlets = ['fixes', 'reverts']", "")
OPEN = ("production", "approved", "No gate blocks releases.")
WAIT = "shop run {run}: production waits: own/budget is closed"
REVIEW = "/deployment_protection_rule"


@pytest.fixture(scope="module")
def keys():
    """Make an App's private and public key (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.decode(), key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


class Deployed(Gatehouse):
    """The company, whose repository is read and written as an App that answers for production."""

    bot = "kaizend[bot]"
    app = "app = { id = 1001, installation = 5001, private_key_file = 'app.pem' }\nprotect = ['Production']"

    def configure(self, **changes):
        super().configure(**changes)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace(f'token = "{TOKEN}"', self.app, 1), encoding="utf-8")

    def writes(self):
        """Return the writes; to renew the App's token is none."""
        return [line for line in super().writes() if "access_tokens" not in line]

    def approvals(self):
        """Return how many approvals arrived since the log was cleared."""
        return len(self.sandbox.log.matching(method="POST", path=REVIEW))

    def notes(self):
        """Make a pass; return what its plan says besides."""
        return self.once().look.plan.notes


@pytest.fixture
def house(tmp_path, keys):
    """Serve it with a gate that blocks releases, and is open."""
    (tmp_path / "app.pem").write_text(keys[0], encoding="utf-8")
    (tmp_path / "app.pem").chmod(0o600)
    with place(tmp_path, made=Deployed) as made:
        rights = APP_PERMISSIONS | {"actions": "read", "deployments": "write"}
        made.app_there = made.github.add_app(keys[1], permissions=rights)
        made.gates(BLOCK)
        made.stand(closed=False)
        made.settle()
        yield made


def test_a_deployment_goes_on_while_no_gate_blocks_releases(house):
    """Approved once, with a line; an environment that is not named is left to others."""
    run = house.github.add_run("staging", "production")
    house.settle()
    assert run.said == [OPEN]
    assert run.waits == {"staging": {"kaizend"}, "production": set()}


def test_a_deployment_waits_while_a_gate_is_closed(house):
    """Nothing is said to it, and the plan says why; it goes on in the pass in which the gate opens."""
    house.stand(closed=True)
    house.settle()
    run = house.github.add_run("production")
    house.settle()
    assert (run.said, run.status) == ([], "waiting")
    assert WAIT.format(run=run.id) in house.notes()
    house.stand(closed=False)
    house.settle()
    assert run.said == [OPEN]


def test_a_gate_that_is_missing_its_figures_is_as_it_chooses(house):
    """Closed: it waits; open: it goes on."""
    house.gates(BLOCK + 'missing = "closed"\n')
    house.settle()
    house.settle(days=4)
    run = house.github.add_run("production")
    house.settle()
    assert run.said == []
    house.gates(BLOCK + 'missing = "open"\n')
    house.settle()
    assert run.said == [OPEN]


def test_a_waiver_lets_a_deployment_through(house):
    """One that counts for all that the gate holds; the approval says whose it was."""
    house.stand(closed=True)
    house.settle()
    run = house.github.add_run("production")
    house.github.comment(house.page(), "/kaizen waive until 2026-12-01 because of the fair", author="kim-gh")
    house.settle()
    assert run.said == [("production", "approved", "Waived by kim until 2026-12-01: own/budget.")]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "status", "status_after"])
def test_a_lost_answer_is_looked_for(house, fault):
    """Whatever becomes of the request, the deployment is approved once."""
    run = house.github.add_run("production")
    house.clock.forward(minutes=20)
    house.fail(fault, method="POST", path=REVIEW)
    house.once()
    house.once()
    house.settle()
    assert run.said == [OPEN]


def test_what_could_not_be_sent_is_not_sent_once_a_gate_has_closed(house):
    """What a gate says is asked again just before."""
    run = house.github.add_run("production")
    house.clock.forward(minutes=20)
    house.fail("status", method="POST", path=REVIEW)
    house.once()
    house.stand(closed=True)
    house.settle()
    assert run.said == []
    house.stand(closed=False)
    house.settle()
    assert run.said == [OPEN]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_worker_that_died_while_sending_leaves_no_doubt(house, arrived):
    """Whether the request arrived or not, the deployment is approved once."""
    run = house.github.add_run("production")
    house.clock.forward(minutes=20)
    with house.worker() as worker:
        read(worker, Watching())
        (op,) = look(worker, house.clock(), whole=False).plan.ops
        worker.ledger.intend(0, (op,), house.clock())
        worker.ledger.sending(op.id, house.clock())
    if arrived:
        run.said.append(OPEN)
        run.waits["production"].clear()
    house.once()
    house.settle()
    assert run.said == [OPEN]
    assert house.once().whole


def test_what_goes_on_waiting_for_others_is_approved_once(house):
    """A reviewer's word is not ours; another attempt of the run is asked for anew."""
    run = house.github.add_run("production", by=("kaizend", "reviewers"))
    house.settle()
    house.settle()
    assert (run.said, run.status) == ([OPEN], "waiting")
    run.attempt, run.waits["production"] = 2, {"kaizend"}
    house.settle()
    assert run.said == [OPEN] * 2


def test_an_approval_is_planned_like_all_else(house):
    """The plan shows it with its reason, and writes nothing."""
    run = house.github.add_run("production")
    house.clock.forward(minutes=20)
    with house.worker() as worker:
        house.sandbox.log.clear()
        read(worker, Watching())
        (op,) = look(worker, house.clock(), whole=False).plan.ops
    assert (op.name, op.target.key, op.after) == ("approve", f"shop run {run.id}", "production goes on")
    assert op.because == ("No gate blocks releases.",)
    assert house.approvals() == 0


@pytest.mark.parametrize(
    ("right", "trouble"), [("actions", "deployments that wait were not read"), ("deployments", "1 ops failed")]
)
def test_a_right_that_is_missing_is_told(house, right, trouble):
    """The pass says so, and goes on with the rest; so does the doctor."""
    house.app_there.permissions[right] = "" if right == "actions" else "read"
    run, feature = house.github.add_run("production"), house.pull()
    house.clock.forward(minutes=20)
    passed = house.once()
    assert any(trouble in line for line in passed.troubles)
    assert any(line.startswith(right) for line in passed.synced[0].identity.missing)
    assert run.said == []
    assert house.github.main.issues[feature.number].state == "open"


def test_without_the_switch_nobody_asks(house):
    """No request more than before."""
    house.app = house.app.partition("\n")[0]
    house.configure()
    run = house.github.add_run("production")
    house.settle()
    assert run.said == []
    assert house.sandbox.log.matching(path="/actions/") == ()


def test_a_token_cannot_answer(house):
    """The config says so, with the place."""
    house.app = "token = 'sandbox'\nprotect = ['production']"
    house.configure()
    with pytest.raises(SettingsError) as caught:
        load_settings(house.config, house.env)
    (problem,) = caught.value.problems
    assert "[sources.shop]: 'protect': only a GitHub App may answer for deployments" in problem
    assert problem.startswith("config.toml: line 28, column 1: ")
