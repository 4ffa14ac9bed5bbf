// Rotates the client certificate of the stages that the configuration names.
package main

import (
	"github.com/apigw-client-cert/pulumi-apigw-client-cert/sdk/go/apigwclientcert"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

type stage struct {
	RestAPIID string `json:"restApiId"`
	StageName string `json:"stageName"`
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		var configured map[string]stage
		config.New(ctx, "").RequireObject("stages", &configured)
		stages := apigwclientcert.StageMap{}
		for key, one := range configured {
			stages[key] = apigwclientcert.StageArgs{
				RestApiId: pulumi.String(one.RestAPIID),
				StageName: pulumi.String(one.StageName),
			}
		}

		rotation, err := apigwclientcert.NewClientCertificateRotation(
			ctx, "orders", &apigwclientcert.ClientCertificateRotationArgs{
				Stages: stages,
				Publish: apigwclientcert.TargetArray{
					apigwclientcert.TargetArgs{
						Type:    apigwclientcert.TargetTypeSsm,
						Name:    pulumi.String("/orders/client-cert-pins"),
						Content: pulumi.String("nginx"),
					},
				},
			},
		)
		if err != nil {
			return err
		}

		ctx.Export("phase", rotation.Phase)
		ctx.Export("nextAction", rotation.NextAction)
		ctx.Export("nextActionAt", rotation.NextActionAt)
		ctx.Export("trustedFingerprints", rotation.TrustedFingerprintsSha256)
		return nil
	})
}
