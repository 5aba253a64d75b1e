"""A connection to KFP: what stands between is told in one sentence."""

import http.server
import threading
from pathlib import Path

import pytest
from kfp_server import KfpServer

from astor.errors import UserError
from astor.launch.connection import HOST, PAGES, TOKEN, Kfp


def test_the_host_is_named_by_the_environment_too(server: KfpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOST, f"{server.url}/")
    kfp = Kfp(None, None)
    assert kfp.page("runs", "1") == f"{server.url}/#/runs/details/1"
    assert kfp.namespace == "kubeflow"


@pytest.mark.parametrize("host", ["", "kfp:8080"])
def test_a_host_that_is_none_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOST, raising=False)
    with pytest.raises(UserError, match=r"KFP( is named)?: give its address, as http://localhost:8080, .* by --host"):
        Kfp(host, None)


@pytest.mark.parametrize("place", ["--host", HOST, PAGES])
def test_an_address_with_a_password_is_refused(place: str, server: KfpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "http://me:hidden@kfp:8080"
    if place != "--host":
        monkeypatch.setenv(place, wrong)
    sentence = rf"http://me:\*\*\*@kfp:8080 is no address of KFP: .*, without a password, by .*{place}"
    with pytest.raises(UserError, match=sentence) as told:
        Kfp({"--host": wrong, HOST: None, PAGES: server.url}[place], None)
    assert "hidden" not in str(told.value)


def test_an_unreachable_kfp_is_told_at_once() -> None:
    with pytest.raises(UserError, match=r"KFP at http://127\.0\.0\.1:9 cannot be reached .*refused.*: check --host"):
        Kfp("http://127.0.0.1:9", None)


def test_a_login_page_is_no_kfp(tmp_path: Path) -> None:
    folder = tmp_path / "apis" / "v2beta1"
    folder.mkdir(parents=True)
    (folder / "healthz").write_text("<html>Please log in</html>")

    class Pages(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages:
        threading.Thread(target=pages.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(UserError, match=r"is not KFP's API, and may be a login page"):
            Kfp(f"http://127.0.0.1:{pages.server_port}", None)
        pages.shutdown()


def test_a_token_is_read_anew_for_each_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    monkeypatch.setenv(TOKEN, str(token))
    with KfpServer(token="first") as server:
        kfp = Kfp(server.url, None)
        server.token = "second"
        with pytest.raises(UserError, match=rf"without a token that is valid now \(401\).*{TOKEN}") as refusal:
            kfp.ask(kfp.runs.run_service_list_runs)
        assert "first" not in str(refusal.value)
        token.write_text("second\n")
        kfp.ask(kfp.runs.run_service_list_runs)
        token.unlink()
        with pytest.raises(UserError, match=rf"cannot be read from .*token .No such file.*: check {TOKEN}"):
            kfp.ask(kfp.runs.run_service_list_runs)
