"""A monitor that writes its fingerprint into a custom field is believed as one that writes a line."""

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import FLAVOURS, firm
from worker.cli import run

WANTED = '[recurrence]\nfields = ["Alert fingerprint"]\n'


@pytest.fixture(params=["github", *FLAVOURS])
def fault(request, tmp_path):
    """Serve a company whose trackers have the field."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        made.github.add_organisation("acme")
        made.github.add_field("acme", "Alert fingerprint")
        yield Fault(made, request.param)


def alert(fault, value="pool-4711"):
    """File what a monitor reports; return its number."""
    number = fault.report("Checkout is down")
    if fault.github:
        fault.made.github.set_field(number, "Alert fingerprint", value)
        return number
    fault.made.jira.edit(fault.key(number), actor="bo", customfield_10031=value)
    return number


def test_what_came_back_is_known_by_its_field(fault):
    """With the evidence on the card, and together with a line that another tracker's monitor wrote."""
    fault.made.configure(more=WANTED)
    old, other = alert(fault), alert(fault, "pool-1")
    fault.wait(days=1)
    fault.close(old)
    fault.wait(days=1)
    assert fault.settle() == []
    new = alert(fault)
    fault.settle()
    assert [fault.is_open(each) for each in (old, new, other)] == [True, True, True]
    assert "the same Alert fingerprint pool-4711" in fault.card(new)
    assert fault.linked(old, new)
    fault.lose()
    fault.wait()
    fault.made.once()
    fault.settle()
    assert fault.pings(old) == 1


def test_tickets_that_were_read_before_are_read_once_more(fault):
    """Who names the field later gets what is in it, without waiting for each ticket to change."""
    if fault.github:
        pytest.skip("there a field costs a request an issue: those that change are asked for it")
    old = alert(fault)
    fault.close(old)
    fault.wait(days=1)
    new = alert(fault)
    assert fault.settle() == []
    fault.made.configure(more=WANTED)
    fault.wait()
    fault.settle()
    assert fault.is_open(old)
    assert fault.memory(new).recurrences


def test_a_name_that_no_field_has_is_shown_by_the_doctor(fault, capsys):
    """It is a warning: another Jira may have it."""
    fault.made.configure(more=WANTED.replace("fingerprint", "fingerprnt"))
    assert run(["--config", str(fault.made.config), "doctor"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "no custom field is called 'Alert fingerprnt'" in shown
    assert "no issue field is called 'Alert fingerprnt'" in shown
    assert "(did you mean 'Alert fingerprint'?)" in shown
    assert fault.settle() == []
