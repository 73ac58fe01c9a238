"""Pictures from files, brought into the form of the pictures a model learned from.

A photograph or drawing is any size, dark on light or light on dark. What a network was trained on
is not: in MNIST, for instance, white ink on black, the digit scaled into 20 × 20 pixels and its
centre of mass in the middle of 28 × 28. The same steps are taken here.
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np

from chainrule.array_types import Array
from chainrule.data.files import PathLike, existing_file
from chainrule.data.preprocessing import ImageForm, Preprocessing
from chainrule.errors import CorruptFile, InvalidArgument

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000  # a large photograph; more are refused before they are unpacked
MIN_CONTRAST = 0.05  # of the range from black to white; less is a blank page
FAINTEST_INK = 0.3  # of the darkest ink; less counts as background when looking for the edges
FORMATS = ("PNG", "JPEG")


def read_image(path: PathLike, preprocessing: Preprocessing) -> Array:
    """Return a picture ready for the network, float32 of shape (1, *feature_shape).

    Args:
        path: A PNG or JPEG file.
        preprocessing: Of the model that is to see it.

    Raises:
        DataNotFound: if there is no such file.
        CorruptFile: if the file is damaged or no PNG or JPEG.
        InvalidArgument: if the picture is blank or larger than 50 million pixels, or the model does
            not take pictures.
    """
    form = preprocessing.image
    if form is None:
        raise InvalidArgument(
            f"{path} is a picture, but the model takes samples of shape "
            f"{preprocessing.feature_shape} that are none: give it a .csv or .npy file."
        )
    page = read_gray(path)
    ink = isolate_ink(page, str(path))
    return preprocessing.apply(lay_out(ink, form)[None] * form.full_ink)


def read_gray(path: PathLike) -> Array:
    """Return a picture's brightness, float32 from 0 (black) to 1, shape (height, width).

    Transparent parts become the opposite of what is opaque, so that the drawing stays visible.

    Raises:
        CorruptFile: if the file is damaged or no PNG or JPEG.
        InvalidArgument: if it has more than 50 million pixels.
    """
    found = existing_file(path)
    from PIL import Image, ImageOps, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's warnings: refused here, or harmless
        try:
            with Image.open(found, formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise InvalidArgument(
                        f"{found} is a picture of {width} × {height} pixels: more than "
                        f"{MAX_PIXELS} are not read. Scale it down."
                    )
                picture.load()
                return _brightness(ImageOps.exif_transpose(picture))
        except InvalidArgument:
            raise
        except Image.DecompressionBombError:
            raise InvalidArgument(
                f"{found} is a picture of more than {MAX_PIXELS} pixels: scale it down."
            ) from None
        except UnidentifiedImageError:
            raise CorruptFile(f"{found} is damaged, or no PNG or JPEG picture.") from None
        except Exception as error:  # decoders raise almost anything on damaged data
            raise CorruptFile(
                f"{found} is damaged and cannot be read as a picture: "
                f"{error or type(error).__name__}."
            ) from None


def _brightness(picture: "Image") -> Array:
    """Return gray values from 0 to 1 of a picture in any mode."""
    if picture.mode.startswith("I"):  # one channel of 16 bits
        return (np.asarray(picture).astype(np.float32) / 65535).clip(0, 1)
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    if not has_alpha:
        return np.asarray(picture.convert("L"), dtype=np.float32) / 255
    pixels = picture.convert("RGBA")
    gray = np.asarray(pixels.convert("L"), dtype=np.float32) / 255
    alpha = np.asarray(pixels.getchannel("A"), dtype=np.float32) / 255
    if alpha.min() == 1:
        return gray
    opaque = float((gray * alpha).sum() / max(float(alpha.sum()), 1.0))
    behind = 1.0 if opaque < 0.5 else 0.0
    return gray * alpha + behind * (1 - alpha)


def isolate_ink(page: Array, name: str = "The picture") -> Array:
    """Return how much ink each pixel has, from 0 to 1, be it darker or lighter than the page.

    The page is what most of the border shows.

    Raises:
        InvalidArgument: if there is no contrast.

    >>> isolate_ink(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]))[1]
    array([0., 1., 0.])
    """
    low, high = float(page.min()), float(page.max())
    if high - low < MIN_CONTRAST:
        raise InvalidArgument(f"{name} is blank: there is nothing to recognise on it.")
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    background = float(np.median(border))
    if high - background > background - low:
        return ((page - background) / (high - background)).clip(0, 1)
    return ((background - page) / (background - low)).clip(0, 1)


def lay_out(ink: Array, form: ImageForm) -> Array:
    """Crop to the ink, scale it into the form's box, keeping its proportions, and centre it.

    Shape:
        ink: (any height, any width)  ->  (height, width) of the form, float32 from 0 to 1.
    """
    from PIL import Image

    visible = ink > FAINTEST_INK
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    content = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longest = max(content.shape)
    fine = form.subpixels
    height, width = (max(1, round(fine * form.box * side / longest)) for side in content.shape)
    # Shrinking averages the pixels that become one; enlarging interpolates.
    filter_ = Image.Resampling.BOX if longest >= fine * form.box else Image.Resampling.BILINEAR
    source = Image.fromarray(np.ascontiguousarray(content, dtype=np.float32))
    scaled = np.asarray(source.resize((width, height), filter_)).clip(0, 1)
    result = np.zeros((form.height * fine, form.width * fine), dtype=np.float32)
    top = _offset(scaled.sum(axis=1), form.height, form)
    left = _offset(scaled.sum(axis=0), form.width, form)
    result[top : top + height, left : left + width] = scaled
    return result.reshape(form.height, fine, form.width, fine).mean(axis=(1, 3))


def _offset(profile: Array, side: int, form: ImageForm) -> int:
    """Return the subpixel where ink of this profile along one axis starts, to be in the middle."""
    spare = side * form.subpixels - len(profile)
    if form.mass_at is None:
        return spare // 2
    mass = float((profile * (np.arange(len(profile)) + 0.5)).sum() / profile.sum())
    return min(max(round(form.mass_at * form.subpixels - mass), 0), spare)
