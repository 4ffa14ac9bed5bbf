// Command sdks generates the SDKs of a Pulumi package from its schema with Pulumi's own code generators, as
// `pulumi package add` does; that command needs language hosts which the Go module proxy does not serve.
//
//	sdks SCHEMA.json OUTPUT    writes OUTPUT/python, OUTPUT/nodejs and OUTPUT/go anew
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// It shows in the first lines of every generated file.
const tool = "make sdks"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sdks SCHEMA.json OUTPUT")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "sdks: %v\n", err)
		os.Exit(1)
	}
}

func generate(schemaFile, output string) error {
	for language, files := range generators {
		// Each gets a package of its own: a generator decodes its part of the schema in place.
		pkg, err := load(schemaFile)
		if err != nil {
			return fmt.Errorf("%s: %w", schemaFile, err)
		}
		generated, err := files(pkg)
		if err != nil {
			return fmt.Errorf("generate %s: %w", language, err)
		}
		if err := write(filepath.Join(output, language), generated); err != nil {
			return fmt.Errorf("write %s: %w", language, err)
		}
	}
	return nil
}

var loader = noOther{}

var generators = map[string]func(*schema.Package) (map[string][]byte, error){
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, loader)
	},
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, true, loader)
	},
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return gogen.GeneratePackage(tool, pkg, nil)
	},
}

// load reads and validates the schema; an error names every place that is wrong.
func load(file string) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, errors.Join(diagnostics.Errs()...)
	}
	// As `pulumi package add` does: the Go SDK becomes a module of its own.
	pkg.SupportPack = true
	return pkg, nil
}

func write(folder string, files map[string][]byte) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for name, content := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// noOther loads no other package: this schema refers to none.
type noOther struct{ schema.ReferenceLoader }

func (noOther) LoadPackageV2(_ context.Context, other *schema.PackageDescriptor) (*schema.Package, error) {
	return nil, fmt.Errorf("the schema refers to the package %s, which cannot be loaded here", other.Name)
}

func (noOther) LoadPackageReferenceV2(
	_ context.Context, other *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return nil, fmt.Errorf("the schema refers to the package %s, which cannot be loaded here", other.Name)
}
