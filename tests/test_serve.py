"""The command ``serve``: where it listens, what it says of that, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from prmktml import serve


def started(*args):
    """Start the server on a free port; return the process, and what it says up to its address."""
    command = [sys.executable, "-m", "prmktml.serve", "--port", "0", *args]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = ""
    while "open http" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return process, said


def ended(process):
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_it_serves_this_machine_alone_and_stops_when_asked():
    process, said = started()
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
        assert httpx.get(f"{address}/healthz").json()["status"] == "ok"
        assert httpx.get(address).status_code == 200
        assert said.count("\n") == 1
    finally:
        code, rest = ended(process)
    assert (code, rest) == (0, "prmktml: stopped\n")


def test_it_says_what_another_address_means():
    process, said = started("--host", "0.0.0.0")
    ended(process)
    assert "no passwords and no TLS" in said


def test_a_taken_port_is_a_usage_error(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert serve.main(["--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"cannot listen on port {port} of 127.0.0.1" in said
    assert "--port" in said


def test_a_missing_model_has_its_exit_code(capsys):
    assert serve.main(["--model", os.devnull + ".none"]) == 4
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "jinja2", "python_multipart"])
def test_a_missing_package_is_named_with_its_remedy(missing, run_command):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; "
        "from prmktml.serve import main; sys.exit(main(['--port', '0']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f'the page needs {missing}; install it with: pip install "prmktml[web]"' in done.stderr
    assert "Traceback" not in done.stderr
