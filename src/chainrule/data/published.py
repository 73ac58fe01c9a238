"""Data sets published as four IDX files: where they are looked for, downloaded from and verified.

A copy is believed only if the SHA-256 of its *unpacked* content is that of the published file; how
it was packed does not matter.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chainrule.array_types import Array
from chainrule.data.files import PathLike
from chainrule.data.idx import Content, check_labels, parse_idx, read_idx_bytes
from chainrule.data.preprocessing import ImageForm, Preprocessing
from chainrule.data.split import Split
from chainrule.errors import CorruptFile, DataNotFound

DATA_VARIABLE = "CHAINRULE_DATA"
DOWNLOAD_TIMEOUT = 20  # seconds without an answer or a byte


class Member(NamedTuple):
    """One of the files: its name without .gz, and the SHA-256 of its unpacked content."""

    file_name: str
    sha256: str


@dataclass(frozen=True)
class PublishedFiles:
    """Four IDX files and the places to download them from.

    Attributes:
        name: Of the data set.
        title: Its name as published.
        members: Training images, training labels, test images, test labels.
        mirrors: Addresses of folders that hold the files as .gz.
        folders: Where in a data folder the files may lie.
        form: Layout of the pictures.
        class_names: What the labels stand for.
    """

    name: str
    title: str
    members: tuple[Member, Member, Member, Member]
    mirrors: tuple[str, ...]
    folders: tuple[str, ...]
    form: ImageForm
    class_names: tuple[str, ...]

    def load(
        self, data_dir: PathLike | None = None, flatten: bool = True, download: bool = True
    ) -> Split:
        """Return the data set, pixels from 0 to 1, in the published split.

        Args:
            data_dir: Folder to look in before ``$CHAINRULE_DATA`` and the user's cache.
            flatten: One row of numbers per sample; otherwise shape (1, height, width).
            download: Whether to download what is in none of the places.

        Raises:
            DataNotFound: if a file is in none of the places and cannot be downloaded.
            CorruptFile: if a copy was found and is not the published file.
        """
        found = [self._content(member, data_dir, download) for member in self.members]
        train_images, train_labels, test_images, test_labels = (
            parse_idx(content, member.file_name)
            for content, member in zip(found, self.members, strict=True)
        )
        shape = (self.form.height, self.form.width)
        preprocessing = Preprocessing(
            (shape[0] * shape[1],) if flatten else (1, *shape),
            std=(self.form.full_ink,),
            image=self.form,
        )
        return Split(
            name=self.name,
            task="classification",
            x_train=preprocessing.apply(train_images),
            y_train=self._labels(train_labels, train_images),
            x_test=preprocessing.apply(test_images),
            y_test=self._labels(test_labels, test_images),
            class_names=self.class_names,
            preprocessing=preprocessing,
        )

    def _labels(self, labels: Array, images: Array) -> Array:
        """Return checked labels, as many as images."""
        if len(labels) != len(images):
            raise CorruptFile(f"{self.title} has {len(images)} images, but {len(labels)} labels.")
        return check_labels(labels, len(self.class_names), self.title)

    def _content(self, member: Member, data_dir: PathLike | None, download: bool) -> Content:
        """Return the verified, unpacked content of one file."""
        places = data_places(data_dir)
        candidates = [
            place / folder / (member.file_name + suffix)
            for place in places
            for folder in self.folders
            for suffix in (".gz", "")
        ]
        rejected = []
        for path in candidates:
            try:
                if path.is_file():
                    return self._verified(path, member)
            except CorruptFile as error:  # or another data set's: the names are the same
                rejected.append(str(error))
        reasons = self._download(member) if download else ["downloading is switched off"]
        if not isinstance(reasons, list):
            return reasons
        looked = ", ".join(str(place) for place in places)
        failed = f"and could not be downloaded ({'; '.join(reasons)})"
        if rejected:
            raise CorruptFile(
                f"{' '.join(rejected)} There is no other copy in the places looked in ({looked}), "
                f"{failed}."
            )
        raise DataNotFound(
            f"{self.title}: {member.file_name}.gz is in none of the places looked in ({looked}) "
            f"{failed}. Put the four files into one of these folders, or pass the folder they are "
            f"in as data_dir or ${DATA_VARIABLE}."
        )

    def _verified(self, path: Path, member: Member) -> Content:
        """Return a file's unpacked content if it is the published one, else raise CorruptFile."""
        content = read_idx_bytes(path)
        digest = hashlib.sha256(content).hexdigest()
        if digest != member.sha256:
            raise CorruptFile(
                f"{path} is not the published file of {self.title}: the SHA-256 of its content is "
                f"{digest}, expected {member.sha256}."
            )
        return content

    def _download(self, member: Member) -> Content | list[str]:
        """Return a file's content from the first mirror that has it, or why each failed."""
        target = cache_folder() / self.name / (member.file_name + ".gz")
        reasons = []
        for mirror in self.mirrors:
            url = mirror.rstrip("/") + "/" + target.name
            try:
                return fetch(url, target, lambda path: self._verified(path, member))
            except CorruptFile:
                reasons.append(f"{url} sent something else than the published file")
            except (
                OSError,
                ValueError,
            ) as error:  # no such file, no connection, no room to keep it
                reasons.append(f"{url}: {_first_line(error)}")
        return reasons


def data_places(data_dir: PathLike | None = None) -> list[Path]:
    """Return the folders in which data are looked for, in order.

    Raises:
        DataNotFound: if ``data_dir`` is given and is no folder.
    """
    places = []
    if data_dir is not None:
        if not Path(data_dir).is_dir():
            raise DataNotFound(f"There is no folder {os.fspath(data_dir)}: check data_dir.")
        places.append(Path(data_dir))
    from_environment = os.environ.get(DATA_VARIABLE)
    if from_environment:
        places.append(Path(from_environment))
    return [*places, cache_folder()]


def cache_folder() -> Path:
    """Return the user's folder for downloaded data."""
    import platformdirs

    return platformdirs.user_cache_path("chainrule")


def fetch(url: str, target: Path, verify: Callable[[Path], Content]) -> Content:
    """Download a file, and keep it as ``target`` only once ``verify`` has returned its content.

    Raises:
        OSError: if it cannot be downloaded or kept.
        CorruptFile: if it is not the file wanted.
    """
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        downloader = pooch.HTTPDownloader(timeout=DOWNLOAD_TIMEOUT)
        pooch.get_logger().setLevel("WARNING")
        path = Path(
            pooch.retrieve(url, None, fname=target.name, path=folder, downloader=downloader)
        )
        content = verify(path)
        with path.open("rb") as written:
            os.fsync(written.fileno())
        path.replace(target)
    return content


def _first_line(error: Exception) -> str:
    """Return what is worth showing of an error from the network."""
    lines = str(error).splitlines() or [""]
    return (lines[0] or type(error).__name__)[:160]
