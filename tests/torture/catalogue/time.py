"""Time: days on which clocks change, slots that were missed, clocks that are wrong or are put back."""

from tests.torture.catalogue.fault import CLOUD, GITHUB, TRACKERS, Fault

FAULTS = (
    Fault(
        name="spring-gap",
        happens="A digest is due at 02:30 on the night that has no such time.",
        seen="It comes once, in its slot.",
        trackers=(GITHUB, CLOUD),
        asked=("spring gap",),
    ),
    Fault(
        name="autumn-fold",
        happens="A digest is due at 02:30 on the night that has it twice.",
        seen="It comes once, in its slot.",
        trackers=(GITHUB, CLOUD),
        asked=("fall fold",),
    ),
    Fault(
        name="down-over-a-slot",
        happens="The worker is down while a digest falls due, for minutes or for weeks.",
        seen="The newest one comes once when it is back; the others are not made up for.",
        trackers=(GITHUB,),
        asked=("worker down",),
    ),
    Fault(
        name="over-midnight",
        happens="A pass begins on one day and ends on the next.",
        seen="Everything is done once; what was planned by yesterday's date is planned anew.",
        trackers=(GITHUB, CLOUD),
        asked=("crosses midnight",),
    ),
    Fault(
        name="week-53",
        happens="A year has a 53rd week.",
        seen="It has a slot and a digest of its own.",
        trackers=(GITHUB, CLOUD),
        asked=("ISO week 53",),
    ),
    Fault(
        name="leap-day",
        happens="A slot begins or ends on the 29th of February.",
        seen="It is named and counted like any other.",
        trackers=(GITHUB, CLOUD),
        asked=("leap day",),
    ),
    Fault(
        name="year-end",
        happens="A year ends in the midst of a week.",
        seen="No two slots are of one name, and each begins with a day of its own.",
        asked=("year end",),
    ),
    Fault(
        name="server-clock-off",
        happens="A tracker's clock is ten minutes ahead or behind.",
        seen="What people do is seen, what we did is not taken for theirs, and nothing is done twice.",
        trackers=TRACKERS,
    ),
    Fault(
        name="clock-put-back",
        happens="Everybody's clock, or the trackers' alone, is put back an hour.",
        seen="The tracker is read once more from the beginning: nothing that people do in that hour is lost.",
        trackers=TRACKERS,
    ),
    Fault(
        name="clock-a-month-ahead",
        happens="Our clock is a month ahead for a pass that is throttled, and is then put right.",
        seen="The next passes do the rest: no pause and no spacing of writes lasts until the wrong time comes.",
        trackers=TRACKERS,
    ),
    Fault(
        name="slot-that-comes-again",
        happens="Our clock is put back over a digest's slot.",
        seen="No digest of an older slot is posted.",
        trackers=(GITHUB, CLOUD),
    ),
    Fault(
        name="ends-of-time",
        happens="Tickets are created in 1970 and 2999, due in the year 1 and in 9999.",
        seen="They are planned for like all others, once.",
        trackers=TRACKERS,
    ),
    Fault(
        name="no-such-zone",
        happens="The calendar names a time zone or country that the machine does not have.",
        seen="The config is refused with the nearest that there is.",
    ),
)
