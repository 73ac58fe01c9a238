"""Pictures from files: real digits drawn as pages come back as they were; damage is one error."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from chainrule.data import ImageForm, Preprocessing, load, read_image, read_samples
from chainrule.data.digits import FORM as DIGITS_FORM
from chainrule.data.images import isolate_ink, lay_out, read_gray
from chainrule.data.mnist import FILES
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument

MNIST_FORM = FILES.form
MNIST_LIKE = Preprocessing((784,), std=(255.0,), image=MNIST_FORM)
STROKE = np.zeros((60, 40))
STROKE[10:50, 15:25] = 1  # a one, 40 high and 10 wide


def page_of(picture: np.ndarray, scale: int = 10, margin: int = 37) -> np.ndarray:
    """Draw a data set's picture dark on a white page, enlarged and with a margin."""
    ink = np.kron(picture, np.ones((scale, scale)))
    return 1 - np.pad(ink, margin)


def save(path, gray: np.ndarray, mode: str = "L") -> str:
    Image.fromarray((gray * 255).round().astype(np.uint8)).convert(mode).save(path)
    return str(path)


def nearest_labels(train_x, train_y, x):
    """One-nearest-neighbour, the simplest judge of whether pictures still look alike."""
    distance = (train_x**2).sum(1)[None] - 2 * x @ train_x.T
    return train_y[distance.argmin(axis=1)]


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def in_squares(picture: np.ndarray) -> np.ndarray:
    """Each pixel as a square of its gray."""
    return page_of(picture)


def in_ink(picture: np.ndarray) -> np.ndarray:
    """The outline of the digit, filled with black: what a pen leaves."""
    gray = Image.fromarray((255 * np.pad(picture, 2)).astype(np.uint8))
    return 1.0 * (np.asarray(gray.resize((288, 288), Image.Resampling.BICUBIC)) < 128)


@pytest.mark.parametrize("draw", [in_squares, in_ink])
def test_drawn_digits_are_recognised_nearly_as_well_as_the_originals(digits, draw, tmp_path):
    drawn = []
    for number, row in enumerate(digits.x_test):
        path = save(tmp_path / f"{number}.png", draw(row.reshape(8, 8)))
        drawn.append(read_image(path, digits.preprocessing)[0])
    originals = nearest_labels(digits.x_train, digits.y_train, digits.x_test) == digits.y_test
    pages = nearest_labels(digits.x_train, digits.y_train, np.array(drawn)) == digits.y_test
    assert originals.mean() > 0.97
    assert pages.mean() > originals.mean() - 0.03
    assert np.abs(np.array(drawn) - digits.x_test).mean() < 0.1  # other digits differ by 0.24


def test_drawn_mnist_digits_come_back_as_they_were(mnist_folder, tmp_path):
    split = load("mnist", data_dir=mnist_folder, download=False)
    errors = []
    for number, row in enumerate(split.x_test[:100]):
        path = save(tmp_path / f"{number}.png", page_of(row.reshape(28, 28)))
        errors.append(np.abs(read_image(path, split.preprocessing)[0] - row).mean())
    assert np.median(errors) < 0.002
    assert np.mean(np.array(errors) < 0.01) > 0.95


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "RGBA", "LA", "CMYK", "I;16"])
@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("dark", [True, False], ids=["dark on light", "light on dark"])
def test_every_kind_of_picture_gives_the_same_digit(tmp_path, mode, suffix, dark):
    page = 1 - STROKE if dark else STROKE
    path = tmp_path / f"page.{suffix}"
    if mode == "I;16":
        picture = Image.fromarray((page * 65535).astype(np.uint16))
    else:
        picture = Image.fromarray((page * 255).astype(np.uint8)).convert(mode)
    try:
        picture.save(path)
    except OSError:
        assert (mode, suffix) in {
            ("CMYK", "png"),
            *((kind, "jpg") for kind in ("P", "RGBA", "LA", "I;16")),
        }
        return
    result = read_image(path, MNIST_LIKE).reshape(28, 28)
    expected = lay_out(STROKE, MNIST_FORM)
    # JPEG changes grey levels near edges by up to some percent.
    np.testing.assert_allclose(result, expected, atol=0.12 if suffix == "jpg" else 1e-6)


@pytest.mark.parametrize("ink", [0, 255])
def test_drawing_on_transparent_ground_stays_visible(tmp_path, ink):
    pixels = np.zeros((60, 40, 4), dtype=np.uint8)
    pixels[..., :3] = ink
    pixels[..., 3] = STROKE * 255
    Image.fromarray(pixels).save(tmp_path / "glass.png")
    result = read_image(tmp_path / "glass.png", MNIST_LIKE).reshape(28, 28)
    np.testing.assert_allclose(result, lay_out(STROKE, MNIST_FORM), atol=1e-6)


def test_box_keeps_proportions_and_centre():
    result = lay_out(STROKE, MNIST_FORM)
    rows, columns = np.flatnonzero(result.any(axis=1)), np.flatnonzero(result.any(axis=0))
    assert (len(rows), len(columns)) == (20, 5)
    mass = (result.sum(axis=1) * (np.arange(28) + 0.5)).sum() / result.sum()
    assert abs(mass - 14.5) <= 0.5  # whole pixels


@pytest.mark.parametrize("shape", [(1, 400), (400, 1), (3, 3), (1000, 700)])
def test_ink_of_any_size_fits_into_the_form(shape):
    for form in (MNIST_FORM, DIGITS_FORM):
        result = lay_out(np.ones(shape), form)
        assert result.shape == (form.height, form.width)
        assert result.min() >= 0
        assert 0 < result.max() <= 1


def test_faint_noise_around_the_digit_does_not_move_it():
    noise = np.random.default_rng(0).uniform(0, 0.05, STROKE.shape)
    result = lay_out(isolate_ink(1 - np.clip(STROKE + noise, 0, 1)), MNIST_FORM)
    np.testing.assert_allclose(result, lay_out(STROKE, MNIST_FORM), atol=0.1)


def test_orientation_noted_by_a_camera_is_followed(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    turned = Image.fromarray((np.rot90(1 - STROKE) * 255).astype(np.uint8))
    turned.save(tmp_path / "photo.jpg", exif=exif, quality=95)
    assert read_gray(tmp_path / "photo.jpg").shape == STROKE.shape


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_blank_page_is_refused(tmp_path, level):
    path = save(tmp_path / "blank.png", np.full((30, 30), level))
    with pytest.raises(InvalidArgument, match="blank"):
        read_image(path, MNIST_LIKE)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


@pytest.mark.parametrize("side", [7100, 12_000, 2_000_000_000])
def test_giant_picture_is_refused_before_it_is_unpacked(tmp_path, side):
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    content += png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(content)
    with pytest.raises(InvalidArgument, match=r"50000000 pixels|Scale it down"):
        read_image(tmp_path / "bomb.png", MNIST_LIKE)


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"GIF89a" + bytes(40), b"BM" + bytes(60)]
)
def test_anything_but_png_and_jpeg_is_refused(tmp_path, content):
    (tmp_path / "page.png").write_bytes(content)
    with pytest.raises(CorruptFile, match="no PNG or JPEG"):
        read_image(tmp_path / "page.png", MNIST_LIKE)


def test_truncated_picture_is_refused(tmp_path):
    path = save(tmp_path / "page.png", np.random.default_rng(0).uniform(size=(60, 60)))
    content = (tmp_path / "page.png").read_bytes()
    (tmp_path / "page.png").write_bytes(content[:600])
    with pytest.raises(CorruptFile, match="damaged"):
        read_image(path, MNIST_LIKE)


def test_picture_for_a_model_of_tables_is_refused(tmp_path):
    path = save(tmp_path / "page.png", 1 - STROKE)
    with pytest.raises(InvalidArgument, match="is a picture, but the model takes"):
        read_samples(path, Preprocessing((4,)))


def test_missing_picture_is_named(tmp_path):
    with pytest.raises(DataNotFound, match="nowhere"):
        read_image(tmp_path / "nowhere.png", MNIST_LIKE)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_random_damage_gives_one_error_or_a_picture(tmp_path, kind):
    generator = np.random.default_rng(2)
    buffer = io.BytesIO()
    Image.fromarray(((1 - STROKE) * 255).astype(np.uint8)).save(buffer, kind)
    path = tmp_path / "damaged"
    refused = 0
    for _ in range(700):
        damaged = bytearray(buffer.getvalue())
        for _ in range(generator.integers(1, 5)):
            at = int(generator.integers(len(damaged)))
            damaged[at : at + int(generator.integers(3))] = generator.bytes(
                int(generator.integers(3))
            )
        path.write_bytes(damaged)
        try:
            result = read_image(path, MNIST_LIKE)
        except (CorruptFile, InvalidArgument):
            refused += 1
            continue
        assert result.shape == (1, 784)
        assert result.min() >= 0
        assert result.max() <= 1
    assert refused > 100


def test_form_without_a_centre_of_mass_centres_the_box():
    form = ImageForm(height=28, width=28, box=28, mass_at=None, full_ink=255.0)
    lopsided = STROKE * np.linspace(0.2, 1, 40)
    columns = np.flatnonzero(lay_out(lopsided, form).any(axis=0))
    assert columns[0] - (27 - columns[-1]) in (-1, 0, 1)
