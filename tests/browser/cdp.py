"""A headless Chromium spoken to over the DevTools protocol: just enough for the tests of the page."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import websocket

SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # the same on every machine
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
START_S = 30.0


def find_chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class PageError(AssertionError):
    """Something asked of the page failed."""


class PageLeft(PageError):
    """The page went elsewhere while it was asked."""


#: what Chromium answers to a question whose page is no more
LEFT = ("Inspected target navigated", "Execution context was destroyed", "Cannot find context")


class Browser:
    """One Chromium with one page; use it as a context manager."""

    def __init__(
        self, width: int = 1280, height: int = 720, graphics: Sequence[str] = SOFTWARE, binary: str | None = None
    ) -> None:
        """``graphics``: the flags that say what draws; none: what Chromium finds on the machine."""
        binary = binary or find_chromium()
        if binary is None:
            raise FileNotFoundError("no Chromium on this machine")
        self._profile = Path(tempfile.mkdtemp(prefix="selat-browser-"))
        self._log = (self._profile / "stderr").open("wb")
        args = [
            binary,
            *FLAGS,
            *graphics,
            f"--window-size={width},{height}",
            f"--user-data-dir={self._profile}",
            "about:blank",
        ]
        self._process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=self._log)
        self._next = 0
        self.events: list[dict[str, Any]] = []
        try:
            self._socket = websocket.create_connection(self._target(), timeout=60)
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.call(f"{domain}.enable")
            self.resize(width, height)
        except BaseException:
            self.close()
            raise

    def _target(self) -> str:
        """Address of the page's debugger; the port is in a file that Chromium writes when it is ready."""
        port_file = self._profile / "DevToolsActivePort"
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise PageError(f"Chromium ended with {self._process.returncode}")
            if port_file.is_file() and (lines := port_file.read_text().split()):
                with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json", timeout=10) as answer:
                    pages = [t for t in json.load(answer) if t["type"] == "page"]
                if pages:
                    return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.1)
        raise PageError("Chromium did not open its debugger in time")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and remove its profile."""
        if hasattr(self, "_socket"):
            self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._log.close()
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer; events that come meanwhile are kept in `events`."""
        self._next += 1
        number = self._next
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    left = any(words in message["error"].get("message", "") for words in LEFT)
                    raise (PageLeft if left else PageError)(f"{method}: {message['error']}")
                return dict(message.get("result", {}))
            if "method" in message:
                self.events.append(message)

    def resize(self, width: int, height: int, touch: bool = False) -> None:
        """Set the size of the page in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )

    def open(self, url: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=url)

    def js(self, expression: str) -> Any:
        """Value of an expression in the page; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise PageError(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def wait(self, expression: str, timeout_s: float = 30.0) -> Any:
        """Wait until an expression is true; one that throws, or whose page leaves for the next, counts as false."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            found = f"const v = {expression}; return v instanceof Node ? true : v;"  # an element has no value in JSON
            try:
                value = self.js(f"(() => {{ try {{ {found} }} catch {{ return null; }} }})()")
            except PageLeft:
                value = None
            if value:
                return value
            time.sleep(0.15)
        raise PageError(f"not true within {timeout_s} s: {expression}; {self.errors()[:3]}")

    def click(self, x: float, y: float) -> None:
        """A press of the left button."""
        common = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.call("Input.dispatchMouseEvent", type="mousePressed", **common)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", **common)

    def move(self, x: float, y: float) -> None:
        """Move the pointer."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def key(self, key: str) -> None:
        """Press and release a key."""
        text = key if len(key) == 1 else ""
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text: str) -> None:
        """Write text into what has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self, clip: tuple[int, int, int, int] | None = None, scale: float = 1.0) -> bytes:
        """The page as PNG, or the part `(x, y, width, height)` of it."""
        more = {}
        if clip is not None:
            more["clip"] = dict(zip(("x", "y", "width", "height"), clip, strict=True), scale=scale)
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", **more)["data"])

    def urls(self) -> list[str]:
        """Every address the page has asked for, WebSockets among them."""
        self.js("1")  # take in what has been waiting
        return [*self._seen("Network.requestWillBeSent", lambda p: p["request"]["url"]),
                *self._seen("Network.webSocketCreated", lambda p: p["url"])]  # fmt: skip

    def errors(self) -> list[str]:
        """Exceptions, console errors and log entries of level error."""
        self.js("1")
        thrown = self._seen("Runtime.exceptionThrown", lambda p: str(p["exceptionDetails"]))
        said = self._seen("Runtime.consoleAPICalled", lambda p: str(p["args"]) if p["type"] == "error" else "")
        logged = self._seen("Log.entryAdded", lambda p: str(p["entry"]) if p["entry"]["level"] == "error" else "")
        return [text for text in (*thrown, *said, *logged) if text]

    def _seen(self, method: str, pick: Callable[[dict[str, Any]], str]) -> list[str]:
        return [pick(event["params"]) for event in self.events if event["method"] == method]
