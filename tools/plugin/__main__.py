"""`make plugin`: the plugin as an archive for `pulumi plugin install`, written to dist/.

It holds what provider/ holds (without PulumiPlugin.yaml: the engine prefers the executable), the pages that messages
name, and a launcher that makes the Python environment at the first start, so one archive serves every platform that
Python runs on. The same sources give the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

from apigw_client_cert.docs import PAGES
from tools.toolchain import ROOT

_PROVIDER = ROOT / "provider"
_LAUNCHER = Path(__file__).parent / "launcher"
_NAME = "apigw-client-cert"
# Some tools complain about 1970.
_EPOCH = 946_684_800
_EXECUTABLE, _READABLE = 0o755, 0o644


def contents() -> dict[str, Path]:
    """Return name in the archive -> file."""
    package = sorted((_PROVIDER / "apigw_client_cert").rglob("*"))
    kept = [file for file in package if file.is_file() and "__pycache__" not in file.parts]
    return {
        **{file.name: file for file in sorted(_LAUNCHER.iterdir()) if file.is_file()},
        "LICENSE": ROOT / "LICENSE",
        **{name: _PROVIDER / name for name in ("__main__.py", "requirements.txt", "requirements.lock")},
        **{str(file.relative_to(_PROVIDER)): file for file in kept},
        **{f"apigw_client_cert/docs/{name}": ROOT / "docs" / name for name in PAGES},
    }


def version() -> str:
    """Return the release, as the schema has it."""
    schema = _PROVIDER / "apigw_client_cert" / "native" / "schema" / "schema.json"
    return str(json.loads(schema.read_text(encoding="utf-8"))["version"])


def write(folder: Path) -> Path:
    """Write the archive into a folder, which is made; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"pulumi-resource-{_NAME}-v{version()}.tar.gz"
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=_EPOCH) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, source in contents().items():
            content = source.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), _EPOCH
            entry.mode = _EXECUTABLE if name.startswith("pulumi-resource-") else _READABLE
            tar.addfile(entry, io.BytesIO(content))
    return archive


def main() -> None:
    """Write it to dist/ and say how to install it."""
    archive = write(ROOT / "dist")
    print(f"pulumi plugin install resource {_NAME} {version()} -f {archive.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
