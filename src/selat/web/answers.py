"""Answers in JSON that no cache keeps."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response


def json_answer(data: Any, media_type: str = "application/json", status: int = 200) -> Response:
    """An answer in JSON."""
    response = JSONResponse(data, status_code=status, media_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def missing(reason: str) -> Response:
    """404, with the reason."""
    return json_answer({"error": reason}, status=404)
