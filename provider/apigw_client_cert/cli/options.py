"""The options that the commands share: what to read, as of when runs count as stopped, and how to say it."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from apigw_client_cert.cli.formats import FORMATS
from apigw_client_cert.cli.limits import Limits
from apigw_client_cert.cli.reach import Reach
from apigw_client_cert.cli.sources import STANDARD_INPUT, Sources
from apigw_client_cert.errors import safe_repr
from apigw_client_cert.rotation.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

_WHAT_TO_READ: Final = "Say what to read: a FILE, - for standard input, --stack NAME, or --all-stacks."


class DurationType(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic in newer releases only
    """``36h``, as everywhere in this package."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:  # noqa: ANN401
        """The duration."""
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name states; the command gets them as ``sources``, and is not called without any."""
    return _reading(command, needed=True)


def reading_if_named(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same options, none of which is needed."""
    return _reading(command, needed=False)


def reading_some(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of ``reading``; an argument that is no file names a rotation, and is in ``asked``."""

    @functools.wraps(command)
    def with_asked(*, sources: Sources, **rest: Any) -> Any:  # noqa: ANN401
        asked = tuple(dict.fromkeys(one for one in sources.files if not _is_file(one)))
        files = [one for one in sources.files if one not in asked]
        named = replace(sources, files=files)
        if asked and not named.named:
            raise click.UsageError(f"{safe_repr(asked[0])} is no file, and so a rotation. {_WHAT_TO_READ}")
        demand(named)
        return command(sources=named, asked=asked, **rest)

    return _reading(with_asked, needed=False, files="[FILE|ROTATION]...")


def _is_file(name: str) -> bool:
    if name == STANDARD_INPUT:
        return True
    try:
        # A pipe, as a shell's <(…), is one too.
        return Path(name).exists() and not Path(name).is_dir()
    except OSError:
        # Too long for a name of a file, say.
        return False


def _reading(command: Callable[..., Any], *, needed: bool, files: str = "[FILE]...") -> Callable[..., Any]:
    @click.argument("files", metavar=files, nargs=-1, type=click.Path(allow_dash=True))
    @click.option("--stack", "stacks", multiple=True, metavar="NAME", help="A stack, as pulumi knows it; repeatable.")
    @click.option("--all-stacks", is_flag=True, help="Every stack of the backend that pulumi is logged in to.")
    @click.option("--project", metavar="NAME", help="Of --all-stacks, those of this project.")
    @click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Of --all-stacks, those with this tag.")
    @click.option(
        "--concurrency", type=click.IntRange(1, 64), default=8, show_default=True, help="Exports at the same time."
    )
    @functools.wraps(command)
    def with_sources(*, files: tuple[str, ...], stacks: tuple[str, ...], all_stacks: bool, **rest: Any) -> Any:  # noqa: ANN401
        narrowing = {key: rest.pop(key) for key in ("project", "tags", "concurrency")}
        sources = Sources(files=files, stacks=stacks, all_stacks=all_stacks, **narrowing)
        if needed:
            demand(sources)
        if not all_stacks and (narrowing["project"] or narrowing["tags"]):
            raise click.UsageError("--project and --tag narrow --all-stacks; give that, too.")
        return command(sources=sources, **rest)

    return with_sources


def demand(sources: Sources) -> None:
    """Refuse a call that names no state."""
    if not sources.named:
        raise click.UsageError(_WHAT_TO_READ)


def reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where and as whom AWS is asked; the command gets them as ``reach``."""

    @click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="NAME",
        help="Ask AWS in this region; repeatable. Those that the states name by default.",
    )
    @click.option("--profile", metavar="NAME", help="Ask as this profile of the AWS configuration.")
    @click.option("--assume-role", "assume_role_arn", metavar="ARN", help="Ask in this role.")
    @click.option("--endpoint-url", metavar="URL", help="Ask this endpoint, such as a sandbox.")
    @functools.wraps(command)
    def with_reach(*, regions: tuple[str, ...], **rest: Any) -> Any:  # noqa: ANN401
        way = {key: rest.pop(key) for key in ("profile", "assume_role_arn", "endpoint_url")}
        return command(reach=Reach(regions=tuple(dict.fromkeys(regions)), **way), **rest)

    return with_reach


def asking_aws(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--live`` and the options of ``reaching``; the command gets ``reach``, None without ``--live``."""

    @click.option("--live", is_flag=True, help="Ask AWS, too: what no state can know. Nothing is changed.")
    @functools.wraps(command)
    def with_live(*, live: bool, reach: Reach, **rest: Any) -> Any:  # noqa: ANN401
        if not live and reach != Reach():
            raise click.UsageError("--region, --profile, --assume-role and --endpoint-url belong to --live.")
        return command(reach=reach if live else None, **rest)

    return reaching(with_live)


def judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--grace`` and ``--stale``; the command gets them as ``limits``."""

    @click.option(
        "--grace",
        type=DurationType(),
        help="A step that has been due for longer needs a person: runs have stopped. Half of activate_by by default.",
    )
    @click.option("--stale", type=DurationType(), help="So does a state that nothing has written for longer.")
    @functools.wraps(command)
    def with_limits(*, grace: timedelta | None, stale: timedelta | None, **rest: Any) -> Any:  # noqa: ANN401
        return command(limits=Limits(grace=grace, stale=stale), **rest)

    return with_limits


def saying(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format`` and ``--json``; the command gets ``form``."""
    return _saying(command, FORMATS)


def table_or_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same with two of the formats."""
    return _saying(command, ("table", "json"))


def table_json_or_markdown(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same with three of them."""
    return _saying(command, ("table", "json", "markdown"))


def _saying(command: Callable[..., Any], forms: Sequence[str]) -> Callable[..., Any]:
    @click.option("--format", "form", type=click.Choice(forms), default="table", show_default=True)
    @click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
    @functools.wraps(command)
    def with_form(*, form: str, as_json: bool, **rest: Any) -> Any:  # noqa: ANN401
        return command(form="json" if as_json else form, **rest)

    return with_form
