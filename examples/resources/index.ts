// One certificate, where it is published, and one stage that presents it, wired by hand.
import { RotatingClientCertificate, StageBinding, TrustBundle } from "@apigw-client-cert/apigw-client-cert";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

const certificate = new RotatingClientCertificate("orders", { rotateBefore: "60d" });

const pins = { type: "ssm", name: "/orders/client-cert-pins", content: "nginx" } as const;

const bundle = new TrustBundle("orders-trust", {
    rotations: [certificate],
    targets: [pins],
});

const binding = new StageBinding("orders-prod", {
    apiId: config.require("restApiId"),
    stageName: "prod",
    clientCertificateId: certificate.clientCertificateId.apply((id) => id!), // never certificate.id
    rotationId: certificate.rotationId,
    generations: certificate.generations,
    publishedSince: bundle.publishedSince,
    publishedTo: { targets: [pins], accountId: bundle.accountId.apply((id) => id!) }, // looked at before the stage moves
    verify: { resource: "/health", backend: "nginx" },
});

export const presentedSince = binding.presentedSince;
