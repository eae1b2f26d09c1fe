"""Requests as versitygw 1.8.0 logged them, counted by who asked and for what."""

from pathlib import Path

import pytest

from scenarios.targets.embedded.object_store.access_log import count_requests

WHEN = "[23/November/2026:19:37:55 +0000] 127.0.0.1"
AGENT = "- aws-sdk-cpp/1.11.900 ua/2.1 api/S3 os/Linux 200 - 9 9 9 9 - - SigV4 - AuthHeader s3.us-east-1.amazonaws.com"


def line(action: str, rest: str, part: str = "writer-0f") -> str:
    return f"client-1a lake {WHEN} {part} 5FTC87WRYVVD510W {action} {rest} {AGENT}\n"


KEY = "200 x/0 .* 12 34"
LINES = [
    "log starts 2026-11-23 19:37:55.060974635 +0000 UTC m=+0.015480412\n",
    line("s3_CreateBucket", "- /lake 200 - 0 0 3 3", part="client-1a"),
    line("s3_PutObject", f"{KEY} /lake/200%20x/0 200 - 0 1000 12 12"),
    line("s3_PutObject", "a /lake/a 200 - 0 234 5 5"),
    line("s3_GetObject", "nowhere /lake/nowhere 404 NoSuchKey 0 0 1 1"),
    line("s3_HeadObject", "a /lake/a 500 some error of Go 0 0 0 0"),
    line("s3_ListObjectsV2", "- /lake?list-type=2&encoding-type=url 200 - 1977 0 2 2"),
    line("s3_CompleteMultipartUpload", "a /lake/a?uploadId=1 200 - 384 0 2 2"),
    line("s3_DeleteObjects", "- /lake?delete 200 - 75 0 0 0"),
    line("s3_ListAllMyBuckets", "- / 403 InvalidAccessKeyId 0 0 0 0", part="-"),
]


def counted(folder: Path, lines: list[str]) -> dict[tuple[str, str], tuple[int, int | None, int | None, float]]:
    log = folder / "access.log"
    log.write_text("".join(lines))
    found = count_requests(log)
    assert {one.service for one in found} <= {"s3"}
    return {(one.part, one.kind): (one.requests, one.bytes_in, one.bytes_out, one.busy_s) for one in found}


def test_requests_and_bytes_are_those_of_the_lines_whatever_keys_and_clients_are_called(tmp_path: Path) -> None:
    assert counted(tmp_path, LINES) == {
        ("client", "put"): (1, 0, 0, 0.003),
        ("writer", "put"): (2, 1234, 0, 0.017),
        ("writer", "get"): (1, 0, None, 0.001),
        ("writer", "head"): (1, 0, 0, 0.0),
        ("writer", "list"): (1, 0, 1977, 0.002),
        ("writer", "post"): (1, 0, 384, 0.002),
        ("writer", "delete"): (1, 0, 75, 0.0),
        ("other", "list"): (1, 0, 0, 0.0),
    }


def test_of_an_upload_in_parts_the_bytes_are_unknown(tmp_path: Path) -> None:
    part = line("s3_UploadPart", "large /lake/large?partNumber=2&uploadId=3e 200 - 0 0 30 30")
    assert counted(tmp_path, [*LINES, part])["writer", "put"] == (3, None, 0, 0.047)


def test_a_line_that_is_still_being_written_waits_for_the_next_look(tmp_path: Path) -> None:
    assert counted(tmp_path, [LINES[2], LINES[3][:60]]) == {("writer", "put"): (1, 1000, 0, 0.012)}


def test_a_line_that_is_no_request_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'something else'"):
        counted(tmp_path, [LINES[1], "something else\n"])
