"""What one stage presents, and making it present something else.

REST stages take ``PATCH`` operations, of which only ``replace`` works on ``/clientCertificateId``
(docs/aws.md §1.2); WebSocket stages take fields. The PATCH is idempotent, so it may be sent again after
an unknown outcome, as long as the stage is still the one that was looked at: nobody else's switch, and nobody's
deployment, is to be undone by a repetition (invariant 9).
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert.errors import BadInput, ConcurrentModification, StageNotFound
from apigw_client_cert.gateway.acm import named
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import unreadable_answer
from apigw_client_cert.gateway.in_use_scan import stage_rows
from apigw_client_cert.gateway.interface import Redeploy, StageKind, StageRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.sending import Look, SoFar

# Ids, and ACM's ARNs.
_ID_OR_ARN = re.compile(r"[A-Za-z0-9_:/.-]{1,512}")
_NOT_FOUND = frozenset({"NotFoundException"})
_REFUSED = frozenset({"NotFoundException", "BadRequestException"})


@dataclass(frozen=True, slots=True)
class _Seen:
    """What GetStage or UpdateStage said of a stage, in either API family's answer.

    ``by_us``: a PATCH of ours said it. Its deployment is not to be sent again: by the next switch somebody may have
    deployed, and an older id would roll the stage back.
    """

    client_certificate_id: str | None
    deployment_id: str | None
    by_us: bool = False


class Stages:
    """Read, bind and unbind stages; every method raises ``errors.py``'s tree only."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        # From presented() to the change that follows it, so that a switch is one GET and one PATCH, even when it sends
        # the deployment id again or has to be repeated. Used once: what was seen before a change says nothing after it.
        self._seen: dict[StageRef, _Seen] = {}

    def presented(self, stage: StageRef) -> str | None:
        """The id or ACM ARN that the stage presents, None for nothing.

        Raises:
            StageNotFound: the API or the stage is not there.
        """
        seen = self._get(stage)
        self._remember(stage, seen)
        return seen.client_certificate_id

    def list_presented(self, api_id: str, kind: StageKind) -> dict[StageRef, str | None]:
        """What each stage of an API presents, as one list; entries without a name that can be read are left out.

        An API that is not there has none.
        """
        try:
            rows = list(stage_rows(self._client, api_id, kind))
        except Answered:
            return {}
        websocket = kind is StageKind.WEBSOCKET
        read, key = (_websocket, "StageName") if websocket else (_rest, "stageName")
        call = Call("apigatewayv2" if websocket else "apigateway", "GetStages", api_id)
        return {
            StageRef(api_id, row[key], kind): read(row, call).client_certificate_id
            for row in rows
            if isinstance(row.get(key), str)
        }

    def bind(self, stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        """Make the stage present this certificate: one PATCH, after a look where ``presented()`` was not asked before.

        Args:
            stage: Which stage.
            certificate_id: An API Gateway id or an ACM ARN; AWS tells them apart itself (docs/aws.md §1.6).
            redeploy: ``SAME_DEPLOYMENT`` sends the deployment id that the last ``presented()`` saw in the same PATCH.
                UNVERIFIED: that this makes the data plane take the stage's settings (docs/aws.md §3.3).

        Raises:
            StageNotFound: the API or the stage is not there.
            BadInput: AWS knows the stage, not the certificate.
            ConcurrentModification: the stage presents something else right after the change, or it was switched or
                deployed by somebody else before the PATCH could be sent again.
        """
        before = self._recall(stage, redeploy)
        deployment_id = before.deployment_id if redeploy is Redeploy.SAME_DEPLOYMENT else None
        look_again = self._unchanged(stage, before, certificate_id, deployment_id)
        try:
            seen = self._update(stage, certificate_id, deployment_id, look_again)
        except Answered as answer:
            raise self._refusal(stage, certificate_id, answer) from answer
        # The PATCH answers with the stage, so a look behind costs nothing, and a second read only where it disagrees.
        if seen.client_certificate_id != certificate_id:
            seen = self._get(stage)
        if seen.client_certificate_id != certificate_id:
            raise ConcurrentModification(
                f"stage {stage} does not present {certificate_id} right after it was told to, but"
                f" {named(seen.client_certificate_id)}",
                means="Somebody else changes the same stage, or the endpoint ignores the setting.",
                remedy="Give `clientCertificateId` of the stage one owner (ignore_changes elsewhere), then run again.",
                subject=str(stage),
            )
        self._remember(stage, replace(seen, by_us=True))

    def unbind(self, stage: StageRef) -> None:
        """Make the stage present nothing; a stage that is gone is success.

        Raises:
            ConcurrentModification: somebody switched it before the PATCH could be sent again.
        """
        # AWS documents no clearing value. A WebSocket stage is cleared by `""`, seen live with a bare SDK on 2026-08-11
        # (https://github.com/go-to-k/cdkd/pull/1577).
        # UNVERIFIED: a REST stage, to which Terraform sends it (docs/aws.md §1.2).
        try:
            self._update(stage, "", None, self._unchanged(stage, self._recall(stage), None, None))
        except StageNotFound:
            return
        except Answered as answer:
            if answer.code != "NotFoundException":
                raise BadInput(
                    f"stage {stage} refuses to present nothing: {answer.message}",
                    means="This call changed nothing.",
                    remedy="Clear the client certificate of the stage in the console, or set on_delete to keep.",
                    subject=str(stage),
                ) from answer

    def _remember(self, stage: StageRef, seen: _Seen) -> None:
        with self._lock:
            self._seen[stage] = seen

    def _recall(self, stage: StageRef, redeploy: Redeploy = Redeploy.NEVER) -> _Seen:
        """What the change that follows goes out from: the last look, or a new one where that will not do."""
        with self._lock:
            seen = self._seen.pop(stage, None)
        if seen is None or (seen.by_us and redeploy is Redeploy.SAME_DEPLOYMENT):
            return self._get(stage)
        return seen

    def _unchanged(self, stage: StageRef, before: _Seen, wanted: str | None, deployment_id: str | None) -> Look:
        """The look before the PATCH is sent again: at what it would replace, and at the deployment it would send."""

        def look_again(so_far: SoFar) -> bool:
            try:
                now = self._get(stage)
            except StageNotFound:
                if wanted is None:
                    return True
                raise
            switched = now.client_certificate_id not in {before.client_certificate_id, wanted}
            deployed = deployment_id is not None and now.deployment_id != deployment_id
            if switched or deployed:
                raise _changed_meanwhile(stage, before, now, so_far)
            # With a deployment to send again there is more to do than the certificate.
            return now.client_certificate_id == wanted and deployment_id is None

        return look_again

    def _get(self, stage: StageRef) -> _Seen:
        try:
            if stage.kind is StageKind.WEBSOCKET:
                return _websocket(self._websocket_call("GetStage", stage), Call("apigatewayv2", "GetStage", str(stage)))
            return _rest(self._rest_call("GetStage", stage), Call("apigateway", "GetStage", str(stage)))
        except Answered as answer:
            raise stage_not_found(stage) from answer

    def _update(self, stage: StageRef, value: str, deployment_id: str | None, look_again: Look) -> _Seen:
        if stage.kind is StageKind.WEBSOCKET:
            fields = {"ClientCertificateId": value} | ({"DeploymentId": deployment_id} if deployment_id else {})
            call = Call("apigatewayv2", "UpdateStage", str(stage))
            return _websocket(self._websocket_call("UpdateStage", stage, look_again, **fields), call)
        operations = [{"op": "replace", "path": "/clientCertificateId", "value": value}]
        if deployment_id:
            operations.append({"op": "replace", "path": "/deploymentId", "value": deployment_id})
        call = Call("apigateway", "UpdateStage", str(stage))
        return _rest(self._rest_call("UpdateStage", stage, look_again, patchOperations=operations), call)

    def _rest_call(
        self, operation: str, stage: StageRef, look_again: Look | None = None, **parameters: object
    ) -> Mapping[str, Any]:
        return self._client.call(
            "apigateway",
            operation,
            subject=str(stage),
            expected=_expected(operation),
            look_again=look_again,
            restApiId=stage.api_id,
            stageName=stage.stage_name,
            **parameters,
        )

    def _websocket_call(
        self, operation: str, stage: StageRef, look_again: Look | None = None, **parameters: object
    ) -> Mapping[str, Any]:
        return self._client.call(
            "apigatewayv2",
            operation,
            subject=str(stage),
            expected=_expected(operation),
            look_again=look_again,
            ApiId=stage.api_id,
            StageName=stage.stage_name,
            **parameters,
        )

    def _refusal(self, stage: StageRef, certificate_id: str, answer: Answered) -> BadInput | StageNotFound:
        """Whose fault a refused PATCH is: an unknown certificate may be a 404 too (docs/aws.md §3.2)."""
        try:
            seen = self._get(stage)
        except StageNotFound as error:
            return error
        return certificate_refused(
            stage, certificate_id, answer.message, f"It presents {named(seen.client_certificate_id)}."
        )


def stage_not_found(stage: StageRef) -> StageNotFound:
    """The error for an API or a stage that AWS does not know."""
    family = "WebSocket API" if stage.kind is StageKind.WEBSOCKET else "REST API"
    return StageNotFound(
        f"{family} {stage.api_id} has no stage {stage.stage_name!r}, or no such API is in this account and region",
        means="This call changed nothing.",
        remedy="Correct the API id and the stage name, or remove the binding; check region and credentials.",
        subject=str(stage),
    )


def _changed_meanwhile(stage: StageRef, before: _Seen, now: _Seen, so_far: SoFar) -> ConcurrentModification:
    presents = named(now.client_certificate_id)
    changes = [
        f"{verb} from {then} to {since}"
        for verb, then, since in (
            ("switched", named(before.client_certificate_id), presents),
            ("moved", f"deployment {before.deployment_id}", f"deployment {now.deployment_id}"),
        )
        if then != since
    ]
    return ConcurrentModification(
        f"stage {stage} was {' and '.join(changes)} before UpdateStage could be sent again; it presents {presents}",
        means=f"The call was not sent again. {so_far.value}",
        remedy="Find out who changes the stage, and whether it should stay so. The next run looks at it first.",
        subject=str(stage),
    )


def certificate_refused(
    stage: StageRef, certificate_id: str, said: str, presents: str = "No switch to it was sent."
) -> BadInput:
    """The error for a certificate that a stage may not present; ``presents`` says what was seen after a refusal."""
    return BadInput(
        f"stage {stage} may not present {certificate_id}: {said}",
        means=presents,
        remedy="If the certificate is gone, `pulumi up --refresh` notices and replaces it. If this is a stage of an"
        " HTTP API, remove the binding: only REST and WebSocket APIs present client certificates.",
        subject=certificate_id,
    )


def _expected(operation: str) -> frozenset[str]:
    return _REFUSED if operation == "UpdateStage" else _NOT_FOUND


def _rest(answer: Mapping[str, Any], call: Call) -> _Seen:
    # Unset is absent at AWS (docs/aws.md §1.2) and empty in some emulators.
    return _Seen(_id(answer.get("clientCertificateId"), call), _id(answer.get("deploymentId"), call))


def _websocket(answer: Mapping[str, Any], call: Call) -> _Seen:
    return _Seen(_id(answer.get("ClientCertificateId"), call), _id(answer.get("DeploymentId"), call))


def _id(value: object, call: Call) -> str | None:
    if not value:
        return None
    if not isinstance(value, str) or not _ID_OR_ARN.fullmatch(value):
        raise unreadable_answer(call)
    return value
