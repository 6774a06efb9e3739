"""A real object store on this machine, for tests: SeaweedFS in a process of its own, which speaks S3 and holds its files in a folder."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyarrow import fs

START_WITHIN = 60  # seconds
PARTS = ("s3", "master", "volume", "filer")
BUCKET, REGION = "lake", "us-east-1"


@dataclass
class Store:
    """The store as tests meet it: where it answers, and ways to end it and to start it again with what it holds."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def lake(self, place: str) -> str:
        """A place in the store, as `CHENGXIN_LAKE` names one."""
        where = f"region={REGION}&endpoint_override=127.0.0.1:{self.ports['s3']}&scheme=http"
        return f"s3://{BUCKET}/{place}?{where}"

    def files(self, place: str) -> set[str]:
        """The Parquet files that lie in this place, asked of the store and not of the program under test."""
        client, _ = fs.FileSystem.from_uri(self.lake(place))
        found = client.get_file_info(fs.FileSelector(f"{BUCKET}/{place}", recursive=True, allow_not_found=True))
        # The client lays a marker for each folder, which is no file of anybody's.
        return {info.path.removeprefix(f"{BUCKET}/{place}/") for info in found if info.path.endswith(".parquet")}

    def start(self) -> None:
        """Start it, and return when it takes a file and gives it back."""
        # Its own end comes with that of the process that started it, however that ends.
        words = ["setpriv", "--pdeathsig", "KILL", str(Path(sys.executable).with_name("weed")), *self._words()]
        alone = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, cwd=self.folder, env=alone, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until, last = time.monotonic() + START_WITHIN, "no answer"
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the store ended with {self.process.returncode}: {self._told()}")
            try:
                # The client tries again for long by itself where nobody listens yet.
                with socket.create_connection(("127.0.0.1", self.ports["s3"]), timeout=1):
                    pass
                return self._tried()
            except OSError as error:
                last = str(error)
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the store was not ready within {START_WITHIN} seconds ({last}): {self._told()}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    @property
    def log(self) -> Path:
        """What the store says of itself."""
        return self.folder / "log"

    def _told(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def _tried(self) -> None:
        client = fs.S3FileSystem(
            endpoint_override=f"127.0.0.1:{self.ports['s3']}", scheme="http", region=REGION, allow_bucket_creation=True
        )
        client.create_dir(BUCKET)
        with client.open_output_stream(f"{BUCKET}/ready") as stream:
            stream.write(b"ready")
        with client.open_input_stream(f"{BUCKET}/ready") as stream:
            assert stream.read() == b"ready"

    def _words(self) -> list[str]:
        # Nothing on a port that is fixed, nothing beside the store, nothing told to its makers.
        ports = [f"-{part}.port={self.ports[part]}" for part in PARTS]
        inner = [f"-{part}.port.grpc={self.ports[f'{part}.grpc']}" for part in PARTS]
        sockets = [f"-{part}.localSocket={self.folder / part}.sock" for part in ("s3", "filer")]
        return [
            "-logtostderr", f"-config_dir={self.folder}", "server", f"-dir={self.folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-s3", f"-s3.config={self.folder / 'identities.json'}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-master.telemetry=false", "-master.electionTimeout=200ms", "-master.heartbeatInterval=50ms", "-master.volumeSizeLimitMB=64", "-volume.max=20",
            "-volume.minFreeSpace=1MiB", *ports, *inner, *sockets,
        ]  # fmt: skip


def _ports_free() -> dict[str, int]:
    names = [*PARTS, *(f"{part}.grpc" for part in PARTS)]
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in names]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return {name: int(probe.getsockname()[1]) for name, probe in zip(names, probes, strict=True)}


def _keys_write(folder: Path) -> Path:
    """Keys of this run alone: for the store in its file of identities, for its clients in the file that is returned."""
    key, secret = f"test-{secrets.token_hex(8)}", secrets.token_hex(20)
    allowed = {"actions": ["Admin"], "credentials": [{"accessKey": key, "secretKey": secret}]}
    identities = json.dumps({"identities": [{"name": "chengxin", **allowed}]})
    (folder / "identities.json").write_text(identities, encoding="utf-8")
    file = folder / "credentials"
    file.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", encoding="utf-8")
    return file


@contextmanager
def store_running() -> Iterator[Store]:
    """Start a store that is empty, name its clients' keys in the environment, and end it with all that it holds."""
    with tempfile.TemporaryDirectory(prefix="chengxin-store-") as name, pytest.MonkeyPatch.context() as environment:
        store = Store(Path(name))
        (store.folder / "data").mkdir()
        for each in [each for each in os.environ if each.startswith("AWS_")]:
            environment.delenv(each)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(_keys_write(store.folder)))
        environment.setenv("AWS_CONFIG_FILE", os.devnull)
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        try:
            _started(store)
            yield store
        finally:
            store.kill()
            _sockets_remove(store)


def _started(store: Store) -> None:
    """Start it; once more on other ports where another process was quicker to take one."""
    for again in (True, False):
        store.ports = _ports_free()
        try:
            return store.start()
        except RuntimeError:
            _sockets_remove(store)
            if not again:
                raise


def _sockets_remove(store: Store) -> None:
    """The store lays sockets named by its ports where no option of its own moves them, and leaves them when it is killed."""
    for part in PARTS:
        Path(f"/tmp/seaweedfs-{part}-grpc-{store.ports.get(f'{part}.grpc')}.sock").unlink(missing_ok=True)
