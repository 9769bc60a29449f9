"""An S3 server on this computer, and the bucket that a test reads and writes."""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ACCESS_KEY, SECRET_KEY, SESSION_TOKEN = "AKIATESTACCESSKEY", "secret/test+key", "session-token-of-a-test"


class Bucket:
    """A bucket of the server, named `bucket`.

    Attributes:
        requests: Method and path of each request since `forget_requests`.
        intercept: Called with the method and the path before a request; returns a status to answer with instead, or None.

    """

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._client = boto3.client(
            "s3",
            "us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="-",  # noqa: S106 - of no account
        )
        self.requests: list[tuple[str, str]] = []
        self.intercept: Callable[[str, str], int | None] = lambda _method, _path: None

    def _answer(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if ACCESS_KEY in environ.get("HTTP_AUTHORIZATION", ""):  # not a request of the test
            self.requests.append((method, path))
            if status := self.intercept(method, path):
                start_response(f"{status} Refused", [("Content-Type", "application/xml")])
                # S3 repeats what was signed with which key.
                return [
                    f"<Error><AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId>{environ.get('HTTP_AUTHORIZATION')}</Error>".encode()
                ]
        return self._app(environ, start_response)

    @contextmanager
    def serve(self):
        """Answer requests, with the address and the credentials in the environment."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        variables = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "AWS_REGION": "us-east-1",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            yield self
        self._server.shutdown()
        self._server.server_close()

    def empty(self):
        """Remove every object, and what was recorded."""
        requests.post(f"{self.url}/moto-api/reset", timeout=30).raise_for_status()
        self._client.create_bucket(Bucket="bucket")
        self.requests.clear()
        self.intercept = lambda _method, _path: None

    def put(self, key: str, content: bytes | Path) -> None:
        """Write an object."""
        content = content if isinstance(content, bytes) else content.read_bytes()
        self._client.put_object(Bucket="bucket", Key=key, Body=content)

    def remove(self, key: str) -> None:
        """Remove an object."""
        self._client.delete_object(Bucket="bucket", Key=key)

    def get(self, key: str) -> bytes:
        """Return the content of an object."""
        return self._client.get_object(Bucket="bucket", Key=key)["Body"].read()

    def list_keys(self) -> list[str]:
        """Return the keys of all objects."""
        return [one["Key"] for one in self._client.list_objects_v2(Bucket="bucket").get("Contents", [])]

    def current(self, folder: str = "results/all") -> dict[str, bytes]:
        """Return the content of each file of the current results."""
        files = json.loads(self.get(f"{folder}/current.json"))["files"]
        return {name: self.get(f"{folder}/{one['key']}") for name, one in files.items()}

    def list_requests(self, method: str, part: str = "") -> list[str]:
        """Return the paths of the requests so far that have a part, and forget them all."""
        found = [path for one, path in self.requests if one == method and part in path]
        self.requests.clear()
        return found
