"""Published files: where they are looked for, how they are verified, and downloads from mirrors."""

import gzip
import hashlib
import struct
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from chainrule.data import load, published
from chainrule.data.fashion_mnist import FILES as FASHION_FILES
from chainrule.data.mnist import FILES as MNIST_FILES
from chainrule.data.published import Member, PublishedFiles
from chainrule.errors import CorruptFile, DataNotFound


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def tiny_content(seed: int = 0, labels: int = 6) -> list[bytes]:
    generator = np.random.default_rng(seed)
    return [
        idx(generator.integers(0, 256, (6, 28, 28))),
        idx(generator.integers(0, 10, labels)),
        idx(generator.integers(0, 256, (2, 28, 28))),
        idx(generator.integers(0, 10, 2)),
    ]


def tiny_files(contents: list[bytes], mirrors: tuple[str, ...] = ()) -> PublishedFiles:
    members = tuple(
        Member(member.file_name, hashlib.sha256(content).hexdigest())
        for member, content in zip(MNIST_FILES.members, contents, strict=True)
    )
    return replace(MNIST_FILES, name="tiny", title="Tiny", members=members, mirrors=mirrors)


def write(folder, contents: list[bytes], pack=True) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for member, content in zip(MNIST_FILES.members, contents, strict=True):
        name = member.file_name + (".gz" if pack else "")
        (folder / name).write_bytes(gzip.compress(content) if pack else content)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Keep the user's cache and settings out of the tests, and the network too."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(published, "cache_folder", lambda: cache)
    monkeypatch.delenv(published.DATA_VARIABLE, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return cache


@pytest.fixture
def serve():
    """Serve a folder on the loopback interface; returns its address."""
    servers = []

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def start(folder) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_real_mnist_is_the_published_one(mnist_folder):
    split = load("mnist", data_dir=mnist_folder, download=False)
    assert (split.x_train.shape, split.x_test.shape) == ((60000, 784), (10000, 784))
    assert (split.x_train.min(), split.x_train.max()) == (0.0, 1.0)
    assert split.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(split.y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip


def test_real_mnist_is_not_taken_for_fashion_mnist(mnist_folder):
    with pytest.raises(CorruptFile, match="not the published file of Fashion-MNIST"):
        load("fashion-mnist", data_dir=mnist_folder, download=False)


@pytest.mark.parametrize("pack", [True, False], ids=["packed", "unpacked"])
@pytest.mark.parametrize("folder", MNIST_FILES.folders)
def test_files_are_found_in_each_layout(tmp_path, pack, folder):
    write(tmp_path / "data" / folder, tiny_content(), pack)
    split = tiny_files(tiny_content()).load(tmp_path / "data")
    assert (split.x_train.shape, split.y_test.shape) == ((6, 784), (2,))
    assert split.x_train.max() <= 1


def test_pictures_can_keep_their_shape(tmp_path):
    write(tmp_path, tiny_content())
    assert tiny_files(tiny_content()).load(tmp_path, flatten=False).x_test.shape == (2, 1, 28, 28)


def test_folder_named_in_the_environment_is_looked_in(tmp_path, monkeypatch):
    write(tmp_path / "data", tiny_content())
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path / "data"))
    assert len(tiny_files(tiny_content()).load().y_train) == 6


def test_cache_is_looked_in_last(own_cache):
    write(own_cache / "mnist", tiny_content())
    assert len(tiny_files(tiny_content()).load().y_train) == 6


def test_files_of_another_set_in_the_way_are_passed_over(tmp_path, own_cache):
    write(tmp_path / "data", tiny_content(seed=1))
    write(own_cache / "mnist", tiny_content())
    assert len(tiny_files(tiny_content()).load(tmp_path / "data").y_train) == 6


def test_missing_files_are_reported_with_every_place(tmp_path, monkeypatch, own_cache):
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path / "environment"))
    (tmp_path / "data").mkdir()
    with pytest.raises(DataNotFound) as caught:
        tiny_files(tiny_content()).load(tmp_path / "data", download=False)
    message = str(caught.value)
    for place in (tmp_path / "data", tmp_path / "environment", own_cache):
        assert str(place) in message
    assert "train-images-idx3-ubyte.gz" in message
    assert "switched off" in message


def test_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(DataNotFound, match=r"no folder .*nowhere"):
        load("mnist", data_dir=tmp_path / "nowhere")


def test_damaged_copy_is_refused(tmp_path):
    contents = tiny_content()
    damaged = [contents[0][:-1] + bytes([contents[0][-1] ^ 1]), *contents[1:]]
    write(tmp_path, damaged, pack=False)
    with pytest.raises(CorruptFile, match=r"train-images-idx3-ubyte is not .*SHA-256.*expected"):
        tiny_files(contents).load(tmp_path, download=False)


def test_labels_must_be_as_many_as_images(tmp_path):
    contents = tiny_content(labels=5)
    write(tmp_path, contents)
    with pytest.raises(CorruptFile, match="6 images, but 5 labels"):
        tiny_files(contents).load(tmp_path)


def test_first_mirror_that_has_the_right_file_is_used_and_kept(tmp_path, serve, own_cache):
    contents = tiny_content()
    write(tmp_path / "wrong", tiny_content(seed=1))
    write(tmp_path / "right", contents)
    (tmp_path / "empty").mkdir()
    mirrors = tuple(serve(tmp_path / name) for name in ("empty", "wrong", "right"))
    first = tiny_files(contents, mirrors).load()
    kept = sorted(path.name for path in (own_cache / "tiny").iterdir())
    assert kept == sorted(member.file_name + ".gz" for member in MNIST_FILES.members)
    write(own_cache / "mnist", contents)  # found on the second call, when nothing is served
    assert (tiny_files(contents).load().x_train == first.x_train).all()


def test_failed_downloads_are_reported_with_every_mirror(tmp_path, serve, own_cache):
    (tmp_path / "empty").mkdir()
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "train-images-idx3-ubyte.gz").write_text("<html>please log in</html>")
    mirrors = (serve(tmp_path / "empty"), serve(tmp_path / "page"), "http://127.0.0.1:9")
    with pytest.raises(DataNotFound, match=r"(?s)404.*sent something else.*Put the four files"):
        tiny_files(tiny_content(), mirrors).load()
    assert list((own_cache / "tiny").iterdir()) == []


def test_checksums_are_those_of_four_different_files_each():
    digests = [member.sha256 for files in (MNIST_FILES, FASHION_FILES) for member in files.members]
    assert len(set(digests)) == 8
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)


def test_cache_folder_belongs_to_the_user(monkeypatch):
    monkeypatch.undo()
    assert "chainrule" in str(published.cache_folder())
