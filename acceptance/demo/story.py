"""The story: which command on which day, and what the account must look like after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.demo.scenario import FILE, PARAMETER, STAGES

if TYPE_CHECKING:
    from acceptance.demo.account import Account
    from acceptance.demo.scenario import Scenario

UP = ("up", "--yes", "--skip-preview")
SCHEDULED = ("up", "--refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


def tell(scenario: Scenario) -> None:
    """From day 0 to an empty account; raises ``StoryBroken`` at the first expectation that fails.

    Raises ``AssertionError`` too, where the stack cannot be made.
    """
    before = scenario.observer.look()
    _set_up(scenario)
    first = _creation(scenario)
    _nothing_due(scenario)
    second = _issue(scenario, first)
    _activate(scenario, first, second)
    _confirm(scenario, first, second)
    _retire(scenario, second)
    _destroy(scenario, second)
    _clear_up(scenario, before)


def _set_up(scenario: Scenario) -> None:
    scenario.terminal.title(
        "A year of one client certificate",
        "Pulumi is real; API Gateway is the sandbox, on loopback; the clock is ours. Below a $ line stands what Pulumi"
        " printed, without the lines about progress and with PEM.",
    )
    scenario.stack.init()
    scenario.stack.configure(
        {
            "name": "orders",
            "endpointUrl": scenario.sandbox.endpoint_url,
            "publish[0].file": FILE,
            "publish[0].content": "nginx",
            "publish[1].ssm": PARAMETER,
            "publish[1].content": "nginx",
        }
    )
    for stage in STAGES:
        path = f"stages.{stage}"
        scenario.stack.configure({f"{path}.restApiId": scenario.api, f"{path}.stageName": stage})
    scenario.terminal.say("The stack's configuration (.demo/orders/Pulumi.demo.yaml) is all that differs on real AWS.")


def _creation(scenario: Scenario) -> str:
    scenario.at(
        0,
        "what creation would do",
        f"API {scenario.api} has the stages dev and prod; neither presents a certificate. Preview asks AWS nothing.",
    )
    scenario.preview(succeeds=True)
    scenario.at(
        0,
        "creation",
        "Generation 1 is generated and published to a file and an SSM parameter (its pin, in the form of an"
        " nginx map); only then are the two stages bound.",
    )
    account = scenario.update("create", *UP)
    scenario.expect("one certificate in the account", 1, len(account.certificates))
    (first,) = account.certificates
    scenario.presented_and_trusted(account, first, (first,))
    return first


def _nothing_due(scenario: Scenario) -> None:
    before = scenario.observer.look()
    scenario.at(
        100,
        "nothing is due",
        "A scheduled job asks every day. On most days nothing is due, which preview finds from state and clock,"
        " without an AWS call.",
    )
    scenario.preview("--expect-no-changes", succeeds=True)
    scenario.expect("preview changed nothing", before, scenario.observer.look())


def _issue(scenario: Scenario, first: str) -> str:
    before = scenario.observer.look()
    scenario.at(
        336,
        "a rotation is due",
        "29 days are left, less than rotate_before (30 days). Preview says why and what will happen (see"
        " Diagnostics), and --expect-no-changes makes it fail.",
    )
    output = scenario.preview("--expect-no-changes", succeeds=False)
    for phrase in (
        f"orders: certificate {first} (generation 1) expires 2027-03-02, in 29 days",
        "this update generates generation 2 and publishes it",
        "move to it at 2027-02-02",
    ):
        scenario.expect(f"preview says {phrase!r}", phrase, phrase if phrase in output else output)
    scenario.terminal.say(
        "Bundle and bindings are listed because the certificate's new values are unknown before the update; the"
        " update below leaves the bindings alone."
    )
    scenario.expect("preview changed nothing", before, scenario.observer.look())
    scenario.at(
        336,
        "issue and publish",
        "Generation 2 is generated and pending; both are published from now on. Stages still present generation"
        " 1, so that backends have publish_lead (24 hours) to load the new pins.",
    )
    account = scenario.update("issue", *SCHEDULED)
    scenario.expect("two certificates in the account", 2, len(account.certificates))
    second = account.certificates[1]
    scenario.expect("the first certificate is still there", first, account.certificates[0])
    scenario.presented_and_trusted(account, first, (first, second))
    return second


def _activate(scenario: Scenario, first: str, second: str) -> None:
    scenario.at(
        337,
        "activate",
        "Generation 2 has been published for publish_lead: it becomes active, generation 1 previous. The bundle"
        " is read again, then the bindings move. Both stay trusted: the overlap.",
    )
    account = scenario.update("activate", *SCHEDULED)
    scenario.presented_and_trusted(account, second, (first, second))
    scenario.expect("both certificates are kept", (first, second), account.certificates)


def _confirm(scenario: Scenario, first: str, second: str) -> None:
    scenario.at(
        338,
        "confirm",
        "An in-use scan over every stage of the account and region, whoever manages it: none presents"
        " generation 1, and from today that is on record. Nothing changes in AWS.",
    )
    account = scenario.update("confirm", *SCHEDULED)
    scenario.presented_and_trusted(account, second, (first, second))
    scenario.expect("both certificates are kept", (first, second), account.certificates)


def _retire(scenario: Scenario, second: str) -> None:
    scenario.at(
        341,
        "retire",
        "overlap (72 hours) has passed since. A second scan, still nobody: generation 1 is deleted, and the"
        " bundle drops it.",
    )
    account = scenario.update("retire", *SCHEDULED)
    scenario.presented_and_trusted(account, second, (second,))
    scenario.expect("only the second certificate is left", (second,), account.certificates)


def _destroy(scenario: Scenario, second: str) -> None:
    scenario.at(
        342,
        "destroy",
        "Bindings clear what they set, a last scan, then the certificate goes. What was published stays: trust is"
        " withdrawn only by retirement or expiry, never by removing a resource.",
    )
    account = scenario.update("destroy", *DESTROY)
    scenario.expect("no certificate is left", (), account.certificates)
    scenario.presented_and_trusted(account, None, (second,))


def _clear_up(scenario: Scenario, before: Account) -> None:
    scenario.terminal.title(
        "Afterwards",
        "No backend reads the published file and parameter any more, so we remove both by hand, as the message"
        " above says. Now the account is as it was before day 0.",
    )
    scenario.observer.remove_published()
    scenario.expect("the account is as it was before day 0", before, scenario.look("after"))
