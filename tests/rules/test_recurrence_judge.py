"""What resembling tickets allow: features, weights, tiers, thresholds, and how predictions are scored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.errors import RulesError
from rules.recurrence.background import Background
from rules.recurrence.features import NAMES, Pair, Standing, features_of
from rules.recurrence.judge import Considered, Thresholds, calibrated, judge
from rules.recurrence.model import read_background
from rules.recurrence.report import report_of
from rules.recurrence.scoring import Label, Prediction, figures, quantile
from rules.recurrence.weighing import weigh
from rules.recurrence.weights import Weights, read_weights

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TRACE = "java.lang.IllegalStateException: the till has no paper\n    at com.acme.Till.print(Till.java:3)\n"
SURE = Weights(intercept=-5.0, by_name=dict.fromkeys(NAMES, 0.0) | {"title": 10.0})


def report(uid, title="the till prints nothing", body=TRACE, reporter="ana", days=0, **more):
    """Make a report of a till that prints nothing."""
    return report_of(
        uid=uid,
        key=f"acme/shop#{uid}",
        project="acme/shop",
        created=NOW - timedelta(days=days),
        title=title,
        body=body,
        reporter=reporter,
        **more,
    )


def pair(new, old, *, tickets=5_000, seen=1, matched=5.0, **standing):
    """Set two reports side by side."""
    idf = {"till": 3.0, "paper": 2.0}.get
    return Pair(
        new=weigh(new, lambda word: idf(word, 1.0)),
        old=weigh(old, lambda word: idf(word, 1.0)),
        standing=Standing(**standing),
        matched=matched,
        tickets=tickets,
        seen=dict.fromkeys(new.signatures, seen),
    )


def considered(new, *olds, cluster="", **how):
    """Set a report beside earlier ones."""
    return [Considered(pair=pair(new, old, **how), cluster=cluster or old.uid) for old in olds]


@pytest.mark.parametrize(
    ("name", "old", "standing", "expected"),
    [
        ("title", report("1", days=9), {}, 1.0),
        ("title", report("1", title="carts are empty"), {}, 0.0),
        ("letters", report("1"), {}, 1.0),
        ("new_title_known", report("1", title="else", body="nothing: the till prints"), {}, 1.0),
        ("platform_conflict", report("1", title="android: the till prints nothing"), {}, 1.0),
        ("same_reporter", report("1", reporter="ana"), {}, 1.0),
        ("same_reporter", report("1", reporter="bo"), {}, 0.0),
        ("sibling", report("1", days=1), {}, 1.0),
        ("sibling", report("1", days=3), {}, 0.0),
        ("closed", report("1"), {"closed": NOW}, 1.0),
        ("refused", report("1"), {"closed": NOW, "resolution": "Won't Fix"}, 1.0),
        ("cluster", report("1"), {"cluster": 1}, 0.0),
        ("named", report("7"), {}, 1.0),
        ("claimed", report("7"), {}, 1.0),
        ("claimed", report("8"), {}, 0.0),
        ("matched_share", report("1"), {}, 1.0),
    ],
)
def test_a_feature_says_what_its_name_says(name, old, standing, expected):
    """Each is a number that can be worked out by hand."""
    new = report("9", title="iOS: the till prints nothing" if "platform" in name else "the till prints nothing")
    new = replace(new, named=frozenset({"acme/shop#7"}), claimed=frozenset({"acme/shop#7"}))
    assert features_of([pair(new, old, **standing)])[0][name] == pytest.approx(expected)


def test_a_hub_counts_as_no_more_than_a_few():
    """A cluster that grew large draws no more than one of four."""
    new = report("9")
    four, many = features_of([pair(new, report("1"), cluster=4), pair(new, report("2"), cluster=4_000)])
    assert four["cluster"] == many["cluster"] > 0


def test_the_rarer_the_common_signature_the_more_it_says():
    """One that every tenth ticket shows says almost nothing."""
    new = report("9")
    values = [features_of([pair(new, report("1"), seen=seen)])[0]["rare_signature"] for seen in (1, 10, 500, 5_000)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9
    assert values[-1] < 0.1


@pytest.mark.parametrize(
    ("old", "how", "tier"),
    [
        (report("1", reporter="bo", days=40), {}, "strong"),
        (report("1", reporter="ana", days=40), {}, "likely"),
        (report("1", reporter="bo", body="no trace"), {}, "likely"),
        (report("1", reporter="bo"), {"seen": 5}, "likely"),
        (report("1", reporter="bo"), {"seen": 4}, "strong"),
        (report("1", reporter="bo"), {"seen": 1, "tickets": 10}, "strong"),
        (report("1", reporter="bo"), {"seen": 2, "tickets": 10}, "likely"),
        (report("1", reporter="bo", title="carts are empty"), {}, "none"),
    ],
    ids=[
        "all holds",
        "same reporter",
        "no signature",
        "common",
        "rare enough",
        "young tracker",
        "seen twice",
        "unlike",
    ],
)
def test_a_match_is_strong_only_if_everything_speaks_for_it(old, how, tier):
    """Probable, a rare signature (one ticket in 1,100), another reporter: else it is at most a suggestion."""
    assert judge(considered(report("9"), old, **how), SURE, Thresholds()).tier == tier


def test_another_platform_or_a_task_is_never_strong():
    """The same fault elsewhere is another ticket, and what tasks repeat is no recurrence."""
    new, old = report("9", title="iOS: the till prints nothing"), report("1", reporter="bo")
    elsewhere = considered(new, replace(old, platforms=frozenset({"android"})))
    assert judge(elsewhere, SURE, Thresholds()).tier == "likely"
    assert judge(considered(new, old), SURE, Thresholds()).tier == "strong"
    assert judge(considered(new, old), SURE, Thresholds(), problem=False).tier == "likely"


def test_a_series_is_never_strong():
    """Three earlier tickets that are almost the same are a checklist, or spam."""
    olds = [report(str(number), reporter="bo", days=number) for number in (1, 2, 3)]
    assert judge(considered(report("9"), *olds[:2]), SURE, Thresholds()).tier == "strong"
    assert judge(considered(report("9"), *olds), SURE, Thresholds()).tier == "likely"


def test_a_cluster_is_named_once():
    """Its best member stands for it; another problem takes the next place."""
    new, first, other = report("9"), report("1", reporter="bo"), report("3", title="the till prints", reporter="bo")
    one = considered(new, first, report("2", title="till prints it", reporter="bo"), cluster="1")
    verdict = judge([*one, *considered(new, other)], SURE, Thresholds())
    assert [(each.uid, each.cluster) for each in verdict.candidates] == [("1", "1"), ("3", "3")]
    assert verdict.top == verdict.candidates[0].probability


def test_no_more_candidates_are_suggested_than_asked_for():
    """Only likely ones, three at most."""
    olds = [report(str(number), reporter="bo") for number in range(1, 6)]
    verdict = judge(considered(report("9"), *olds), SURE, Thresholds())
    assert [one.uid for one in verdict.suggested(Thresholds())] == ["1", "2", "3"]
    assert verdict.suggested(Thresholds(likely=1.1)) == ()
    assert judge([], SURE, Thresholds()).tier == "none"


def test_a_project_gets_a_threshold_of_its_own_once_enough_was_seen():
    """One report in ten gets a suggestion, within bounds."""
    tops = [number / 1_000 for number in range(200)]
    assert calibrated(Thresholds(), tops[:99]) == Thresholds()
    assert calibrated(Thresholds(), tops).likely == pytest.approx(0.18)
    assert calibrated(Thresholds(), [0.0] * 200).likely == 0.03
    assert calibrated(Thresholds(), [1.0] * 200).likely == 0.4


def test_a_word_is_as_common_as_the_background_says_until_the_tracker_knows_better():
    """With no tickets yet "error" says less than a rare word; with many, what is counted decides."""
    background = Background(shares={"error": 0.25})
    assert background.idf("error", 0, 0) < 1.5 < background.idf("till", 0, 0)
    assert background.idf("error", 3, 100_000) > background.idf("till", 50_000, 100_000)
    assert background.idf("error", 10, 10) >= 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("intercept = 1", "not a file of weights"),
        ("intercept = 'x'\n[weights]", "not a file of weights"),
        ("[", "not a file of weights"),
        ("intercept = 1\n[weights]\ntitle = 1", "do not fit the features: age"),
    ],
)
def test_weights_that_do_not_fit_are_refused(text, said):
    """A weight too many or too few would make every verdict wrong."""
    with pytest.raises(RulesError, match=said):
        read_weights(text)


def test_a_wrong_table_of_words_is_refused():
    """It names the file."""
    with pytest.raises(RulesError, match=r"^background.toml: not a table of words"):
        read_background("[share]")


def said(uid, *candidates, action="none", strong=None, ms=1.0):
    """Make a prediction."""
    named = tuple((one, 0.5) for one in candidates)
    return Prediction(uid=uid, candidates=named, action=action, strong=strong, milliseconds=ms)


def test_predictions_are_scored_as_people_would():
    """A hit is any ticket of the same problem; unknown labels and tickets linked otherwise are neutral."""
    labels = {uid: Label(truth="unique", root=uid) for uid in "abcdex"} | {
        "2": Label(truth="dup", root="a"),
        "3": Label(truth="dup", root="a"),
        "4": Label(truth="unknown", root="4"),
        "5": Label(truth="unique", root="5", related=frozenset("c")),
        "6": Label(truth="unique", root="6"),
    }
    found = figures(
        [
            said("2", "a", action="reopen", strong="opened", ms=1),
            said("3", "b", "2", action="suggest", strong="shadow", ms=2),
            said("4", "b", action="reopen", strong="opened", ms=3),
            said("5", "c", action="reopen", ms=4),
            said("6", "d", action="reopen", strong="opened", ms=5),
        ],
        labels,
    )
    assert found.as_data() == {
        "queries": 5,
        "duplicates": 2,
        "recall_at_1": 0.5,
        "recall_at_5": 1.0,
        "reopen_precision": 0.5,
        "reopen_recall": 0.5,
        "reopen_right": 1,
        "reopen_wrong": 1,
        "suggest_rate": 1.0,
        "suggest_recall_at_5": 1.0,
        "strong_right": 1,
        "strong_wrong": 2,
        "strong_in_shadow": 1,
        "strong_linked": 3,
        "ms_per_query_p50": 3,
        "ms_per_query_p95": 5,
    }


def test_nothing_done_has_no_precision():
    """And nothing asked has no recall."""
    found = figures([], {})
    assert (found.reopen_precision, found.recall_at_1, quantile([], 0.5)) == (None, 0.0, 0.0)
