"""What an image is made of, as a CycloneDX 1.6 bill of materials: Debian's packages, and Python's of this environment.

Standard library only: it runs in images while they are built.
"""

import json
import subprocess
from importlib.metadata import distributions
from typing import Any
from urllib.parse import quote

FIELDS = "${binary:Package}\t${Version}\t${Architecture}\n"


def debian_packages() -> list[dict[str, Any]]:
    """Those that dpkg has installed."""
    listed = subprocess.run(
        ["dpkg-query", "--show", "--showformat", FIELDS], capture_output=True, text=True, check=True
    )
    rows = sorted(line.split("\t") for line in listed.stdout.splitlines())
    return [
        component(name := full.partition(":")[0], version, f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={arch}")
        for full, version, arch in rows
    ]


def python_packages() -> list[dict[str, Any]]:
    """Those of the environment that runs this."""
    found = {(each.name.lower().replace("_", "-"), each.version): each for each in distributions()}
    return [
        component(
            each.name, version, f"pkg:pypi/{quote(name)}@{quote(version)}", each.metadata.get("License-Expression")
        )
        for (name, version), each in sorted(found.items())
    ]


def component(name: str, version: str, purl: str, licence: str | None = None) -> dict[str, Any]:
    """One package, as CycloneDX has it."""
    told = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return told | ({"licenses": [{"expression": licence}]} if licence else {})


if __name__ == "__main__":
    components = debian_packages() + python_packages()
    print(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}, indent=1)
    )
