"""200 stacks on an S3 backend, and two workers with one matrix: each due stack is rotated, and none of them twice.

The S3 is the sandbox's, the stacks that are due are the engine's own, and a job runs docs/fleet.md's script.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.pulumi_stack import PulumiStack
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.lifecycle.ownership import INFORMATION
from apigw_sandbox import Sandbox
from tests.cli import scenarios
from tests.cli.exports import checkpoint, exported
from tests.cli.test_engine import CERTIFICATE_ALONE
from tests.cli.test_engine import PROGRAM as COMMAND
from tests.cli.test_recipe import SCRIPT
from tests.e2e.conftest import ok
from tools.toolchain import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

STACKS, DUE, WORKERS = 200, 6, 2
BUCKET, PROJECT = "state", "orders"


class Fleet:
    """A backend of many stacks, and workers at their jobs."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.bucket = sandbox.client("s3")
        self.bucket.create_bucket(Bucket=BUCKET)
        # Anything but AWS has to be told that it need not answer with checksums, or the CLI warns of each answer.
        where = f"endpoint={sandbox.endpoint_url}&region=us-east-1&s3ForcePathStyle=true"
        backend = f"s3://{BUCKET}?{where}&response_checksum_validation=when_required"
        home = folder / "local"
        home.mkdir()
        self.env = {**environment(home, home), "PULUMI_BACKEND_URL": backend}
        self.at(0)
        (folder / "rotate.sh").write_text(SCRIPT)

    def at(self, day: int) -> None:
        """Set both clocks."""
        now = scenarios.day(day)
        self.sandbox.clock.set(now)
        self.env["APIGW_CLIENT_CERT_NOW"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"

    def started(self, name: str) -> str:
        """A stack of the engine's own, after its first run."""
        stack = PulumiStack(self.folder / "stacks" / PROJECT, name, self.folder / "local", self.env)
        stack.init()
        stack.configure({"endpointUrl": self.sandbox.endpoint_url})
        ok(stack.up())
        return name

    def written(self, name: str, state: bytes) -> None:
        """A stack that ran some time ago, as the backend keeps it."""
        body = checkpoint(state, PROJECT, name, scenarios.STEADY)
        self.bucket.put_object(Bucket=BUCKET, Key=f".pulumi/stacks/{PROJECT}/{name}.json", Body=body)

    def matrix(self) -> list[dict[str, str]]:
        """What is due in the whole backend."""
        call = [sys.executable, "-c", COMMAND, "matrix", "--all-stacks"]
        done = subprocess.run(call, cwd="/", env=self.env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        include: list[dict[str, str]] = json.loads(done.stdout)["include"]
        return include

    def job(self, entry: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """One of a worker's: the page's script."""
        env = {**self.env, "STACK": entry["stack"], "PROJECT": entry["project"], "PAUSE": "2"}
        return subprocess.run(
            ["/bin/sh", "-e", "rotate.sh"], cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )

    def objects(self, below: str) -> dict[str, str]:
        """Key and digest of all objects below a key."""
        pages = self.bucket.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f".pulumi/{below}")
        return {one["Key"]: one["ETag"] for page in pages for one in page.get("Contents", ())}

    def state(self, name: str) -> bytes:
        """The checkpoint of a stack."""
        body: bytes = self.bucket.get_object(Bucket=BUCKET, Key=key(name))["Body"].read()
        return body


def key(name: str) -> str:
    """Where the backend keeps a stack."""
    return f".pulumi/stacks/{PROJECT}/{name}.json"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """An empty backend, and the project's folder."""
    with Sandbox() as sandbox:
        fleet = Fleet(sandbox, tmp_path)
        PulumiStack(tmp_path / "stacks" / PROJECT, "", tmp_path / "local").write_project(CERTIFICATE_ALONE, PROJECT)
        yield fleet


def made_for(sandbox: Sandbox) -> Counter[str]:
    """How many certificates each stack has, by their tags."""
    return Counter(one.tags[INFORMATION["stack"]] for one in sandbox.certificates() if ROTATION_ID_TAG in one.tags)


def test_two_workers_take_the_same_stacks_and_each_is_rotated_once(fleet: Fleet) -> None:
    """Both begin with the first one in the same moment; who comes second finds nothing to do."""
    due = [f"due{number:02}" for number in range(DUE)]
    with ThreadPoolExecutor(WORKERS) as pool:
        assert [*pool.map(fleet.started, due)] == due
    steady = exported(scenarios.ran(scenarios.new_run(scenarios.STEADY, "dev", "prod"), 300))
    for number in range(STACKS - DUE):
        fleet.written(f"steady{number:03}", steady)
    fleet.at(336)
    before, since = fleet.objects("stacks/"), fleet.sandbox.journal.last_number

    entries = fleet.matrix()
    assert [(entry["name"], entry["reasons"]) for entry in entries] == [(name, "issue") for name in due]

    def worker(_number: int) -> list[subprocess.CompletedProcess[str]]:
        return [fleet.job(entry) for entry in entries]

    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [job for jobs in pool.map(worker, range(WORKERS)) for job in jobs]
    assert [job.stdout for job in jobs if job.returncode] == []
    # Somebody was refused, or the test has not seen what it is for.
    assert any("the stack is currently locked by" in job.stdout for job in jobs)

    made = [one for one in fleet.sandbox.journal.entries(since=since) if one.action == "GenerateClientCertificate"]
    assert len(made) == DUE
    assert made_for(fleet.sandbox) == dict.fromkeys(due, 2)
    assert fleet.objects("locks/") == {}
    after = fleet.objects("stacks/")
    changed = {name for name in before if name.endswith(".json") and after[name] != before[name]}
    assert changed == {key(name) for name in due}
    for name in due:
        (state,) = (one for one in resources(fleet.state(name)) if one["type"].endswith(":RotatingClientCertificate"))
        assert state["outputs"]["phase"] == "published"
        assert [one["number"] for one in state["outputs"]["generations"]] == [1, 2]


def resources(state: bytes) -> list[dict[str, Any]]:
    """Of a checkpoint, which no run has left half done."""
    latest = json.loads(state)["checkpoint"]["latest"]
    assert not latest.get("pending_operations")
    found: list[dict[str, Any]] = latest["resources"]
    return found
