"""What a server meets in the wild: broken, huge, slow and very many requests.

The memory and the times that are printed stand in docs/web.md; only answers are asserted, and that
memory does not grow.
"""

import asyncio
import collections
import io
import json
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import httpx
import hypothesis
import openpyxl
import pytest
import requests
import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from prmktml import serve
from prmktml.web import create_app
from prmktml.web.limits import LONGEST_TEXT, Limits

pytestmark = pytest.mark.long

N_CLIENTS = 200
SECONDS = 60
MEGABYTE = 1 << 20
TEXTS = ["خصم 30% لحد الخميس", "Thank you to every nurse who stayed", "عيد مبارك من كل زملائكم"]


class Server:
    """The command in a process of its own."""

    def __init__(self):
        command = [sys.executable, "-m", "prmktml.serve", "--port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline()
        self.port = int(re.search(r":(\d+);", said)[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        return self.process.communicate(timeout=60)[1]

    def memory(self, name="VmRSS"):
        """Return megabytes of memory, now (VmRSS) or at most since :meth:`forget` (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024

    def forget(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    said = running.stop()
    assert "Traceback" not in said, said


@contextmanager
def running(app):
    """Serve an application from a thread, as the command does; give its address."""
    with serve.listening("127.0.0.1", 0) as door:
        server = serve.server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def post_json(server, body, path="/v1/predict"):
    headers = {"content-type": "application/json"}
    return httpx.post(server.url + path, content=body, headers=headers, timeout=60)


def post_file(server, content, name="posts.xlsx", path="/v1/table"):
    return httpx.post(server.url + path, files={"file": (name, content)}, timeout=120)


def raw(server, data, timeout=60.0):
    """Send bytes, then return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout) as line:
        line.sendall(data)
        parts = []
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


# ---- broken


BROKEN = {
    "nothing": b"",
    "cut": b'{"texts": ["a"',
    "no object": b"[]",
    "null": b"null",
    "deep": b"[" * 400_000,
    "deep inside": b'{"texts":' + b'{"a":' * 100_000,
    "deep and closed": b'{"texts":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "not utf-8": b'{"texts": ["\xff\xfe"]}',
    "surrogate key": b'{"\\ud83d": 1}',
    "NaN": b'{"texts": [], "min_confidence": NaN}',
    "infinite": b'{"texts": [], "min_confidence": 1e999}',
    "long number": b'{"texts": [' + b"9" * 100_000 + b"]}",
    "long key": b'{"' + b"k" * 900_000 + b'": 1}',
    "many keys": b"{" + b",".join(b'"%d":1' % i for i in range(60_000)) + b"}",
    "many wrong": b'{"texts": [' + b",".join([b"1"] * 400_000) + b"]}",
}


@pytest.mark.parametrize("path", ["/v1/predict", "/v1/explain"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_json_is_told_so(server, path, name):
    answer = post_json(server, BROKEN[name], path)
    assert answer.status_code in (400, 422), answer.text
    assert len(answer.json()["detail"]) < 3000


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "multipart/form-data"}, b"--x"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nbroken"),
        ({"content-type": "multipart/form-data; boundary=" + "x" * 4000}, b"--x--"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n" * 100_000),
        ({"content-type": "application/x-www-form-urlencoded"}, b"file=a&" * 100_000),
        ({"content-type": "application/json"}, b'{"file": "a"}'),
        ({"content-type": "text/plain; charset=no-such"}, b"a"),
        ({"content-encoding": "gzip", "content-type": "application/json"}, b"\x1f\x8b"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/table", "/v1/report", "/v1/predict"])
def test_broken_forms_are_told_so(server, path, headers, body):
    answer = httpx.post(server.url + path, headers=headers, content=body, timeout=60)
    assert 400 <= answer.status_code < 500
    assert answer.json()["detail"]


def test_many_parts_are_refused(server):
    files = [("file", (f"{i}.csv", b"text\na\n")) for i in range(1500)]
    answer = httpx.post(f"{server.url}/v1/table", files=files, timeout=60)
    assert 400 <= answer.status_code < 500


def test_what_is_no_http_is_refused(server):
    for data in (b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"):
        assert raw(server, data).startswith(b"HTTP/1.1 400 ")
    long = b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 40_000
    assert raw(server, long).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_leaves_does_no_harm(server):
    head = b"POST /v1/predict HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n"
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(head + b"a" * 1000)
    assert post_json(server, json.dumps({"texts": TEXTS})).status_code == 200


# ---- huge


def test_a_body_over_the_limit_is_told_the_limit(server):
    def pieces(n_bytes):
        for _ in range(n_bytes // 10_000):
            yield b"a" * 10_000

    limits = Limits()
    for path, allowed in (("predict", limits.json_bytes), ("table", limits.file_bytes)):
        whole = httpx.post(f"{server.url}/v1/{path}", content=b"a" * (allowed + 1), timeout=60)
        chunked = httpx.post(f"{server.url}/v1/{path}", content=pieces(2 * allowed), timeout=60)
        for answer in (whole, chunked):
            assert answer.status_code == 413
            assert f"{allowed:,} bytes" in answer.json()["detail"]


def test_an_endless_body_is_cut_off(server):
    server.forget()
    before = server.memory()
    head = b"POST /v1/table HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), 60) as line:
        line.sendall(head)
        try:
            while sent < 2000 * MEGABYTE:
                line.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    print(f"\nendless body: cut off after {sent / MEGABYTE:.0f} MB")
    assert sent < 200 * MEGABYTE
    assert server.memory("VmHWM") - before < 60


def sheet_xml(rows):
    head = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
    return f'{head}spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def workbook_with(parts):
    """Return a workbook of one sheet, some of whose parts are replaced."""
    book, plain, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["text"])
    book.active.append(["thank you"])
    book.save(plain)
    types = STRINGS_TYPE if STRINGS in parts else b"</Types>"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name).replace(b"</Types>", types))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STRINGS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def lying(content, size):
    """Let a workbook's table of contents say that its parts are small."""
    at = 0
    changed = bytearray(content)
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        changed[at + 24 : at + 28] = size.to_bytes(4, "little")
        at += 4
    return bytes(changed)


def cell(place, number):
    return f'<row r="{place}"><c r="A{place}" t="s"><v>{number}</v></c></row>'


def with_strings(second, rows, before=""):
    """Return a workbook of two shared strings, the header and another, and rows of these."""
    strings = f"{before}<sst {NAMESPACE}><si><t>text</t></si><si><t>{second}</t></si></sst>"
    return workbook_with({STRINGS: strings, SHEET: sheet_xml(cell(1, 0) + rows)})


def bombs():
    """Give workbooks that want much more than they weigh."""
    zeros = b"\0" * (300 * MEGABYTE)
    many = "".join(cell(i, 1) for i in range(2, 15_000))
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">{laughs}]>'
    far_right = "".join(
        f'<row r="{i}"><c r="XFD{i}" t="inlineStr"><is><t>a</t></is></c></row>'
        for i in range(2, 15_000)
    )
    words = " ".join(f"word{i * i}" for i in range(800_000))
    yield "a sheet of zeros", workbook_with({SHEET: zeros})
    yield "another part of zeros", workbook_with({"xl/media/a.bin": zeros})
    yield "zeros, said to be few", lying(workbook_with({SHEET: zeros}), 1000)
    yield "one endless text", with_strings("thank you " * 5_500_000, cell(2, 1))
    yield "one long text, many times", with_strings("thank you " * 3000, many)
    yield "one text of 800,000 words", with_strings(words, cell(2, 1))
    yield "a billion laughs", with_strings("&l11;", many, laughs)
    yield "a row far below", with_strings("thanks", cell(1_048_576, 1))
    yield "cells far to the right", with_strings("thanks", far_right)
    yield "forty thousand parts", workbook_with({f"xl/{i}": b"" for i in range(40_000)})


def test_workbooks_that_are_bombs_are_refused_within_bounded_memory(server):
    print()
    for name, content in bombs():
        server.forget()
        before, start = server.memory(), time.perf_counter()
        answer = post_file(server, content)
        took, grown = time.perf_counter() - start, server.memory("VmHWM") - before
        size = len(content) / MEGABYTE
        print(f"{name}: {size:.2f} MB, {answer.status_code}, {took:.1f} s, {grown:+.0f} MB")
        assert len(content) < Limits().file_bytes
        assert answer.status_code in (200, 413, 422), answer.text
        assert grown < 300


def test_the_longest_messages_are_judged_within_bounded_memory(server):
    server.forget()
    before, texts = server.memory(), ["شكرا لكم " * 11_000] * 5
    assert (
        post_json(server, json.dumps({"texts": texts}, ensure_ascii=False).encode()).status_code
        == 200
    )
    content = "text\n" + "\n".join(["thank you " * 9_000] * 50)
    assert post_file(server, content.encode(), "posts.csv").status_code == 200
    grown = server.memory("VmHWM") - before
    print(f"\nthe longest messages: +{grown:.0f} MB")
    assert grown < 300
    too_long = json.dumps({"texts": ["a" * (LONGEST_TEXT + 1)]}).encode()
    assert "100,000 at most" in post_json(server, too_long).json()["detail"]
    answer = post_file(server, b"text\n" + b"a" * (LONGEST_TEXT + 1), "posts.csv")
    assert (answer.status_code, "characters in row 2" in answer.text) == (413, True)


def test_memory_does_not_grow_with_requests(server):
    body = json.dumps({"texts": TEXTS * 300})
    content = ("text\n" + "\n".join(TEXTS * 1000)).encode()
    seen = []
    for round_ in range(60):
        assert post_json(server, body).status_code == 200
        assert post_json(server, b"[" * 900_000).status_code == 400
        assert post_file(server, content, "posts.csv").status_code == 200
        assert post_file(server, b"PK\3\4" + content).status_code == 422
        if round_ in (19, 59):
            seen.append(server.memory())
    print(f"\nmemory after 80 requests {seen[0]:.0f} MB, after 240 {seen[1]:.0f} MB")
    assert seen[1] - seen[0] < 20


# ---- slow


def test_a_body_that_drips_is_given_up(server):
    head = b"POST /v1/predict HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n"
    head += b"content-type: application/json\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 60) as line:
        line.sendall(head)
        line.settimeout(0.2)
        answer, closed = b"", False
        for _ in range(300):
            try:
                line.sendall(b" ")
                part = line.recv(1 << 16)
                answer += part
                closed = not part
            except TimeoutError:
                continue
            except OSError:
                closed = True
            if closed:
                break
    assert closed
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"10 seconds" in answer


def test_slow_headers_delay_nobody(server):
    lines = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(300)]
    try:
        for line in lines:
            line.sendall(b"POST /v1/predict HTTP/1.1\r\nhost: a\r\nx: ")
        times = []
        for i in range(100):
            lines[i].sendall(b"a")
            start = time.perf_counter()
            assert post_json(server, json.dumps({"texts": TEXTS})).status_code == 200
            times.append(time.perf_counter() - start)
        print(f"\nbeside 300 slow clients: median {1000 * sorted(times)[50]:.0f} ms")
    finally:
        for line in lines:
            line.close()


def test_slow_bodies_delay_nobody(server):
    head = b"POST /v1/predict HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n "
    lines = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(300)]
    try:
        for line in lines:
            line.sendall(head)
        for _ in range(50):
            assert post_json(server, json.dumps({"texts": TEXTS})).status_code == 200
    finally:
        for line in lines:
            line.close()


# ---- very many


class SlowModel:
    """A model that answers when it is let go."""

    name = "slow"

    def __init__(self):
        self.go = threading.Event()
        self.asked = threading.Semaphore(0)

    def predict(self, texts, min_confidence=0.5):
        if texts != "warm":
            self.asked.release()
            self.go.wait(60)
        return []


@pytest.mark.parametrize(
    ("limits", "n_before", "said"),
    [
        (Limits(requests=2), 2, "2 requests are being served"),
        (Limits(wait_seconds=0.5), 2, "no thread was free within 0.5 seconds"),
        (Limits(held_bytes=30), 1, "bodies of 30 bytes are held"),
    ],
)
def test_more_than_the_server_can_do_is_sent_away(limits, n_before, said):
    model = SlowModel()

    def ask():
        answers.append(httpx.post(f"{url}/v1/predict", json={"texts": ["a"]}, timeout=60))

    answers = []
    with running(create_app(model, limits)) as url:
        threads = [threading.Thread(target=ask) for _ in range(n_before)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert model.asked.acquire(timeout=30)
        refused = httpx.post(f"{url}/v1/predict", json={"texts": ["abcdefgh"]}, timeout=60)
        healthy = httpx.get(f"{url}/healthz", timeout=60)
        model.go.set()
        for thread in threads:
            thread.join()
        after = httpx.post(f"{url}/v1/predict", json={"texts": ["a"]}, timeout=60)
    assert refused.status_code == 429
    assert said in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert [answer.status_code for answer in [*answers, healthy, after]] == [200] * (n_before + 2)


async def client(port, number, until, requests, counts, times):
    """Ask again and again over one connection; count statuses and answers that differ."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        body, expected = requests[number % len(requests)]
        number += 1
        start = time.perf_counter()
        writer.write(
            b"POST /v1/predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        answer = await reader.readexactly(length)
        times.append(time.perf_counter() - start)
        counts[head[9:12].decode()] = counts.get(head[9:12].decode(), 0) + 1
        if answer != expected:
            counts[f"{answer[:500]} is not {expected[:500]}"] = 1
    writer.close()


def test_two_hundred_clients_get_the_library_answers_for_a_minute(server, model):
    requests = []
    for i in range(len(TEXTS) * 7):
        texts = [f"{text} {i}" for text in TEXTS[: 1 + i % 3]]
        found = [prediction.to_dict() for prediction in model.predict(texts)]
        answer = json.dumps({"predictions": found}, ensure_ascii=False, separators=(",", ":"))
        requests.append((json.dumps({"texts": texts}).encode(), answer.encode()))

    async def all_clients():
        until = time.perf_counter() + SECONDS
        clients = (client(server.port, i, until, requests, counts, times) for i in range(N_CLIENTS))
        await asyncio.gather(*clients)

    counts, times, before = {}, [], server.memory()
    asyncio.run(all_clients())
    times.sort()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(
        f"\n{N_CLIENTS} clients, {SECONDS} s: {len(times)} answers, {len(times) / SECONDS:.0f} a "
        f"second, median {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms; "
        f"memory {before:.0f} MB before, {server.memory():.0f} MB after; {counts}"
    )
    assert counts == {"200": len(times)}
    assert server.memory() - before < 40


# ---- its own description


@pytest.fixture(scope="module")
def described(server):
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("path", ["/v1/predict", "/v1/explain", "/v1/table", "/v1/report"])
def test_the_api_is_as_described(described, path, mode):
    statuses, broken_off = collections.Counter(), []
    files = path in ("/v1/table", "/v1/report")  # no schema says what a table is
    excluded = [positive_data_acceptance] if files else []

    @hypothesis.settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=described[path]["POST"].as_strategy(generation_mode=mode))
    def as_described(case):
        try:
            answer = case.call()
        except requests.exceptions.ChunkedEncodingError:
            # Refused while it still sent: a client may lose the answer to that (RFC 9112, 9.6).
            broken_off.append(case)
            return
        statuses[answer.status_code] += 1
        too_large = [negative_data_rejection] if answer.status_code == 413 else []
        case.validate_response(answer, excluded_checks=excluded + too_large)

    as_described()
    print(f"\n{path}, {mode.value} data: {dict(statuses)}")
    assert max(statuses) < 500
    assert len(broken_off) <= 3
