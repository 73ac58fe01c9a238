"""digits: 1,797 real handwritten digits of 8 × 8 pixels, which come with scikit-learn."""

import numpy as np

from chainrule.data.files import PathLike
from chainrule.data.preprocessing import ImageForm, Preprocessing
from chainrule.data.source import DataSource
from chainrule.data.split import Split, split_samples

CLASS_NAMES = tuple("0123456789")
FULL_INK = 16.0  # a pixel counts the inked ones among the 4 × 4 it was made from
FORM = ImageForm(height=8, width=8, box=8, mass_at=4.07, full_ink=FULL_INK, subpixels=4)


def load_digits(*, data_dir: PathLike | None = None, seed: int = 0, flatten: bool = True) -> Split:
    """Return the digits, a fifth of each class set aside for testing, pixels from 0 to 1.

    Args:
        data_dir: Not needed: scikit-learn brings the data.
        seed: Of the split.
        flatten: 64 numbers per sample; otherwise shape (1, 8, 8), channels first.
    """
    del data_dir
    from sklearn.datasets import load_digits as load_from_sklearn

    raw = load_from_sklearn()
    preprocessing = Preprocessing((64,) if flatten else (1, 8, 8), std=(FULL_INK,), image=FORM)
    labels = raw.target.astype(np.int64)
    return split_samples(
        "digits", raw.data, labels, "classification", CLASS_NAMES, preprocessing, seed
    )


DIGITS = DataSource(
    name="digits",
    description="1,797 handwritten digits of 8 × 8 pixels; comes with the installation",
    task="classification",
    class_names=CLASS_NAMES,
    load=load_digits,
    reference="E. Alpaydin and C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI "
    "Machine Learning Repository; the test part, as distributed with scikit-learn",
    licence="CC BY 4.0",
    recipe={"epochs": 40, "lr": 0.01},  # few samples: many passes, in large steps
)
