"""Our own server in the place of vLLM: started by the same command line, it says of its policy the name that it is
given and nothing else."""

import sys
from pathlib import Path

import uvicorn

from astor.serving.app import create_app
from astor.serving.limits import Limits
from astor.serving.model import Model

ROOT = Path(__file__).parents[2]


def python_with_stand_in(directory: Path) -> str:
    """A program in `directory` that is called as the Python of an environment with vLLM."""
    (directory / "serves.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.rollout.stand_in import serve\n"
        "if __name__ == '__main__':\n    serve(sys.argv)\n"
    )
    path = directory / "python"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{directory}/serves.py" "$@"\n')
    path.chmod(0o755)
    return str(path)


def serve(arguments: list[str]) -> None:
    assert arguments[1:3] == ["-m", "vllm.entrypoints.openai.api_server"]
    known = dict(zip(arguments[3::2], arguments[4::2], strict=True))
    with Model(Path(known["--model"]), most_tokens=65536, most_answers=2000) as model:
        model.digest = ""
        app = create_app(model, known["--served-model-name"], Limits(max_answers=2000, request_seconds=600), ())
        uvicorn.run(app, host=known["--host"], port=int(known["--port"]), log_level="warning")
