"""Who may do what at the small GitHub: tokens, rights, Apps and their installations."""

import time
from datetime import UTC, datetime

import github
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.integrations.sandbox.served import bench, fixture_hub

__all__ = ["fixture_hub"]

REPO = "/repos/acme/shop"


def pem(key):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture(name="keys", scope="module")
def fixture_keys():
    return pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(name="app_hub")
def fixture_app_hub(keys):
    with bench(clock=lambda: datetime.now(UTC)) as made:
        made.world.add_app(keys[1], app_id=77, slug="kaizen-app", installation_id=88)
        yield made


def test_a_wrong_token_is_nobodys(hub):
    """401 with GitHub's words, for a wrong token and for none."""
    wrong = hub.api("GET", "/user", token="wrong")
    none = hub.api("GET", "/user", headers={"Authorization": ""})
    assert [(each.status_code, each.json()["message"]) for each in (wrong, none)] == [
        (401, "Bad credentials"),
        (401, "Requires authentication"),
    ]


def test_a_classic_token_tells_its_scopes_and_a_fine_grained_one_does_not(hub):
    """X-OAuth-Scopes is there for classic tokens only."""
    hub.world.tokens["fine"] = "kaizend"
    hub.world.grants["fine"] = {"issues": "read"}
    classic, fine = (hub.api("GET", "/user", token=token) for token in ("sandbox", "fine"))
    assert (classic.headers["X-OAuth-Scopes"], "X-OAuth-Scopes" in fine.headers) == ("repo", False)
    assert classic.json()["login"] == "kaizend"


def test_a_fine_grained_token_does_only_what_it_was_granted(hub):
    """Reading issues does not mean writing them."""
    hub.world.add_issue("one")
    hub.world.tokens["fine"] = "kaizend"
    hub.world.grants["fine"] = {"issues": "read"}
    assert hub.api("GET", f"{REPO}/issues/1", token="fine").status_code == 200
    refused = hub.api("POST", f"{REPO}/issues/1/comments", {"body": "x"}, token="fine")
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by personal access token")
    assert hub.world.issue(1).comments == []


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("none", [404, 404, 404, 404]),
        ("pull", [200, 201, 403, 403]),
        ("triage", [200, 201, 200, 403]),
        ("push", [200, 201, 200, 201]),
    ],
)
def test_a_role_opens_what_it_opens(hub, role, statuses):
    """Read, comment, label an issue, make a label: each needs its role, and the repository tells it."""
    hub.world.add_issue("one")
    hub.world.main.roles["kaizend"] = role
    calls = [
        ("GET", f"{REPO}/issues/1", None),
        ("POST", f"{REPO}/issues/1/comments", {"body": "x"}),
        ("POST", f"{REPO}/issues/1/labels", ["a"]),
        ("POST", f"{REPO}/labels", {"name": "b"}),
    ]
    assert [hub.api(*call).status_code for call in calls] == statuses
    if role != "none":
        assert hub.api("GET", REPO).json()["permissions"][role] is True


def test_without_triage_labels_are_dropped_without_a_word(hub):
    """Who may only read still files an issue, but its labels and assignees are silently lost."""
    hub.world.main.roles["kaizend"] = "pull"
    made = hub.api("POST", f"{REPO}/issues", {"title": "t", "labels": ["a"], "assignees": ["bob"]})
    assert (made.status_code, made.json()["labels"], made.json()["assignees"]) == (201, [], [])


def test_the_real_client_works_as_an_app(app_hub, keys):
    """PyGithub signs, gets an installation's token, comments as the bot and reports a check run."""
    app_hub.world.add_issue("one")
    sha = app_hub.world.add_commit()
    auth = github.Auth.AppAuth(77, keys[0]).get_installation_auth(88)
    with app_hub.client(auth=auth) as client:
        repo = client.get_repo("acme/shop")
        comment = repo.get_issue(1).create_comment("hello")
        assert (comment.user.login, comment.user.type) == ("kaizen-app[bot]", "Bot")
        run = repo.create_check_run("kaizend", sha, status="in_progress")
        run.edit(status="completed", conclusion="success")
        assert [each.conclusion for each in repo.get_commit(sha).get_check_runs()] == ["success"]
        with pytest.raises(github.GithubException) as refused:
            _ = client.get_user().login
        assert refused.value.status == 403
    shown = app_hub.api("GET", f"{REPO}/issues/1/comments").json()
    assert shown[0]["performed_via_github_app"]["slug"] == "kaizen-app"
    assert app_hub.sandbox.log.count(path="access_tokens$") == 1


def test_an_installation_does_only_what_the_app_was_granted(app_hub):
    """A right the App has not is 403 with GitHub's words; its repositories are listed."""
    app = app_hub.world.apps[77]
    app.permissions = {"metadata": "read", "issues": "read"}
    token, _ = app_hub.world.new_installation_token(app)
    refused = app_hub.api("POST", f"{REPO}/issues", {"title": "t"}, token=token)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    listed = app_hub.api("GET", "/installation/repositories", token=token).json()
    assert [repo["full_name"] for repo in listed["repositories"]] == ["acme/shop"]


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 201),
        ({"iss": "78"}, 401),
        ({"iat": 120}, 401),
        ({"exp": -1}, 401),
        ({"exp": 700}, 401),
        ({"exp": None}, 401),
    ],
)
def test_an_apps_signature_must_be_good_and_timely(app_hub, keys, claims, status):
    """The App, its key, and the times it was made and ends at are checked."""
    now = int(time.time())
    times = {"iat": -60, "exp": 300} | {name: value for name, value in claims.items() if name != "iss"}
    payload = {name: now + value for name, value in times.items() if value is not None}
    signed = jwt.encode({**payload, "iss": claims.get("iss", "77")}, keys[0], algorithm="RS256")
    assert app_hub.api("POST", "/app/installations/88/access_tokens", {}, token=signed).status_code == status


def test_another_key_does_not_sign_for_the_app(app_hub):
    """A token signed by somebody else's key, or by none, is refused."""
    other, _ = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    now = int(time.time())
    claims = {"iss": "77", "iat": now - 60, "exp": now + 300}
    forged = [jwt.encode(claims, other, algorithm="RS256"), jwt.encode(claims, None, algorithm="none")]
    assert [app_hub.api("GET", "/app", token=token).status_code for token in forged] == [401, 401]


def test_an_installation_token_ends_after_an_hour(keys):
    """Then it is nobody's."""
    with bench() as hub:
        token, _ = hub.world.new_installation_token(hub.world.add_app(keys[1]))
        assert hub.api("GET", REPO, token=token).status_code == 200
        hub.clock.tick(3600)
        assert hub.api("GET", REPO, token=token).status_code == 401


def test_graphql_pins_at_most_three_and_says_what_is_wrong(hub):
    """Errors come in the answer's body, as GraphQL's do."""
    nodes = []
    for number in range(1, 5):
        hub.world.add_issue(f"Issue {number}")
        nodes.append(hub.api("GET", f"{REPO}/issues/{number}").json()["node_id"])
    url = f"{hub.sandbox.url}/api/graphql"
    query = "mutation($id: ID!) { pinIssue(input: {issueId: $id}) { issue { number } } }"
    answers = [hub.api("POST", url, {"query": query, "variables": {"id": node}}).json() for node in [*nodes, "I_x"]]
    assert [answer["errors"][0]["type"] for answer in answers if "errors" in answer] == ["UNPROCESSABLE", "NOT_FOUND"]
    viewer = hub.api("POST", url, {"query": "query { viewer { login } }"}).json()
    assert viewer["data"]["viewer"]["login"] == "kaizend"
