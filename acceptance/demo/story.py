"""The story: which command on which day, and what the account must look like after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.demo.scene import FILE, PARAMETER, STAGES

if TYPE_CHECKING:
    from acceptance.demo.account import Account
    from acceptance.demo.scene import Scene

UP = ("up", "--yes", "--skip-preview")
SCHEDULED = ("up", "--refresh", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


def tell(scene: Scene) -> None:
    """From day 0 to an empty account; raises ``StoryBroken`` at the first expectation that fails.

    Raises ``AssertionError`` too, where the stack cannot be made.
    """
    before = scene.observer.look()
    _set_up(scene)
    first = _creation(scene)
    _nothing_due(scene)
    second = _issue(scene, first)
    _activate(scene, first, second)
    _confirm(scene, first, second)
    _retire(scene, second)
    _destroy(scene, second)
    _clear_up(scene, before)


def _set_up(scene: Scene) -> None:
    scene.terminal.title(
        "A year of one client certificate",
        "Pulumi is real; API Gateway is the sandbox, on loopback; the clock is ours. Below a $ line stands what Pulumi"
        " printed, without the lines about progress and with PEM.",
    )
    scene.stack.init()
    scene.stack.configure(
        {
            "name": "orders",
            "endpointUrl": scene.sandbox.endpoint_url,
            "publish[0].file": FILE,
            "publish[0].content": "nginx",
            "publish[1].ssm": PARAMETER,
            "publish[1].content": "nginx",
        }
    )
    for stage in STAGES:
        path = f"stages.{stage}"
        scene.stack.configure({f"{path}.restApiId": scene.api, f"{path}.stageName": stage})
    scene.terminal.say("The stack's configuration (.demo/orders/Pulumi.demo.yaml) is all that differs on real AWS.")


def _creation(scene: Scene) -> str:
    scene.at(
        0,
        "what creation would do",
        f"API {scene.api} has the stages dev and prod; neither presents a certificate. Preview asks AWS nothing.",
    )
    scene.preview(succeeds=True)
    scene.at(
        0,
        "creation",
        "Generation 1 is generated and published to a file and an SSM parameter (its pin, in the form of an"
        " nginx map); only then are the two stages bound.",
    )
    account = scene.update("create", *UP)
    scene.expect("one certificate in the account", 1, len(account.certificates))
    (first,) = account.certificates
    scene.presented_and_trusted(account, first, (first,))
    return first


def _nothing_due(scene: Scene) -> None:
    before = scene.observer.look()
    scene.at(
        100,
        "nothing is due",
        "A scheduled job asks every day. On most days nothing is due, which preview finds from state and clock,"
        " without an AWS call.",
    )
    scene.preview("--expect-no-changes", succeeds=True)
    scene.expect("preview changed nothing", before, scene.observer.look())


def _issue(scene: Scene, first: str) -> str:
    before = scene.observer.look()
    scene.at(
        336,
        "a rotation is due",
        "29 days are left, less than rotate_before (30 days). Preview says why and what will happen (see"
        " Diagnostics), and --expect-no-changes makes it fail.",
    )
    output = scene.preview("--expect-no-changes", succeeds=False)
    for phrase in (
        f"orders: certificate {first} (generation 1) expires 2027-03-02, in 29 days",
        "this update generates generation 2 and publishes it",
        "move to it at 2027-02-02",
    ):
        scene.expect(f"preview says {phrase!r}", phrase, phrase if phrase in output else output)
    scene.terminal.say(
        "Bundle and bindings are listed because the certificate's new values are unknown before the update; the"
        " update below leaves the bindings alone."
    )
    scene.expect("preview changed nothing", before, scene.observer.look())
    scene.at(
        336,
        "issue and publish",
        "Generation 2 is generated and pending; both are published from now on. Stages still present generation"
        " 1, so that backends have publish_lead (24 hours) to load the new pins.",
    )
    account = scene.update("issue", *SCHEDULED)
    scene.expect("two certificates in the account", 2, len(account.certificates))
    second = account.certificates[1]
    scene.expect("the first certificate is still there", first, account.certificates[0])
    scene.presented_and_trusted(account, first, (first, second))
    return second


def _activate(scene: Scene, first: str, second: str) -> None:
    scene.at(
        337,
        "activate",
        "Generation 2 has been published for publish_lead: it becomes active, generation 1 previous. The bundle"
        " is read again, then the bindings move. Both stay trusted: the overlap.",
    )
    account = scene.update("activate", *SCHEDULED)
    scene.presented_and_trusted(account, second, (first, second))
    scene.expect("both certificates are kept", (first, second), account.certificates)


def _confirm(scene: Scene, first: str, second: str) -> None:
    scene.at(
        338,
        "confirm",
        "An in-use scan over every stage of the account and region, whoever manages it: none presents"
        " generation 1, and from today that is on record. Nothing changes in AWS.",
    )
    account = scene.update("confirm", *SCHEDULED)
    scene.presented_and_trusted(account, second, (first, second))
    scene.expect("both certificates are kept", (first, second), account.certificates)


def _retire(scene: Scene, second: str) -> None:
    scene.at(
        341,
        "retire",
        "overlap (72 hours) has passed since. A second scan, still nobody: generation 1 is deleted, and the"
        " bundle drops it.",
    )
    account = scene.update("retire", *SCHEDULED)
    scene.presented_and_trusted(account, second, (second,))
    scene.expect("only the second certificate is left", (second,), account.certificates)


def _destroy(scene: Scene, second: str) -> None:
    scene.at(
        342,
        "destroy",
        "Bindings clear what they set, a last scan, then the certificate goes. What was published stays: trust is"
        " withdrawn only by retirement or expiry, never by removing a resource.",
    )
    account = scene.update("destroy", *DESTROY)
    scene.expect("no certificate is left", (), account.certificates)
    scene.presented_and_trusted(account, None, (second,))


def _clear_up(scene: Scene, before: Account) -> None:
    scene.terminal.title(
        "Afterwards",
        "No backend reads the published file and parameter any more, so we remove both by hand, as the message"
        " above says. Now the account is as it was before day 0.",
    )
    scene.observer.remove_published()
    scene.expect("the account is as it was before day 0", before, scene.look("after"))
