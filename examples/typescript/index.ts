// Rotates the client certificate of the stages that the configuration names.
import { ClientCertificateRotation } from "@apigw-client-cert/apigw-client-cert";
import * as pulumi from "@pulumi/pulumi";

interface Stage {
    restApiId: string;
    stageName: string;
}

const stages = new pulumi.Config().requireObject<Record<string, Stage>>("stages");

const rotation = new ClientCertificateRotation("orders", {
    stages,
    publish: [{ type: "ssm", name: "/orders/client-cert-pins", content: "nginx" }],
});

export const phase = rotation.phase;
export const nextAction = rotation.nextAction;
export const nextActionAt = rotation.nextActionAt;
export const trustedFingerprints = rotation.trustedFingerprintsSha256;
