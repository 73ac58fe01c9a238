"""The kernels of layers do what the functions of operations/ do."""

import numpy as np
import pytest

from chainrule.compiler.kernels.average_pooling import AVERAGE_POOLING_KERNELS
from chainrule.compiler.kernels.batch_normalization import BATCH_NORMALIZATION_KERNELS
from chainrule.compiler.kernels.convolution import CONVOLUTION_KERNELS
from chainrule.compiler.kernels.embedding import EMBEDDING_KERNELS
from chainrule.compiler.kernels.max_pooling import MAX_POOLING_KERNELS
from chainrule.operations.convolution import CONV1D, CONV2D
from chainrule.operations.embedding import EMBEDDING
from chainrule.operations.normalization import BATCH_NORM
from chainrule.operations.pooling import (
    ADAPTIVE_AVG_POOL1D,
    ADAPTIVE_AVG_POOL2D,
    AVG_POOL1D,
    AVG_POOL2D,
    MAX_POOL1D,
    MAX_POOL2D,
)
from compiler.kernel_checks import check, check_examples

random = np.random.default_rng(0)


def test_conv2d() -> None:
    check_examples(CONV2D, CONVOLUTION_KERNELS, single=(2,), machine_code=False)


def test_conv2d_of_larger_images_in_float32() -> None:
    # Products this large are left to BLAS; windows of one element need no columns.
    for inputs, weights, options in (
        ((2, 3, 6, 5), (4, 3, 2, 3), ((2, 1), (1, 0), (1, 2), 1)),
        ((5, 4, 12, 11), (6, 4, 3, 3), (1, 1, 1, 1)),
        ((1, 4, 12, 11), (6, 2, 3, 3), (2, 1, 1, 2)),
        ((3, 8, 12, 12), (10, 8, 1, 1), (1, 0, 1, 1)),
    ):
        arrays = [random.standard_normal(s, np.float32) for s in (inputs, weights, weights[:1])]
        assert check(CONV2D, arrays, options, CONVOLUTION_KERNELS, python=False)


def test_conv1d() -> None:
    # The same loops as for images.
    check_examples(CONV1D, CONVOLUTION_KERNELS, single=(2,), machine_code=False)


def test_max_pool2d() -> None:
    check_examples(MAX_POOL2D, MAX_POOLING_KERNELS, single=(1,), machine_code=False)
    image = random.integers(0, 3, (3, 2, 7, 8)).astype(np.float64)  # with equal maxima
    image[0, 0, 2, 3] = np.nan
    image[1, 1] = -np.inf
    assert check(MAX_POOL2D, [image], (3, 2, 1, 1, True), MAX_POOLING_KERNELS)
    assert check(MAX_POOL2D, [image[:1]], (2, None, 0, 1, False), MAX_POOLING_KERNELS)


def test_max_pool1d() -> None:
    check_examples(MAX_POOL1D, MAX_POOLING_KERNELS, single=(1,), machine_code=False)


def test_avg_pool2d() -> None:
    check_examples(AVG_POOL2D, AVERAGE_POOLING_KERNELS, single=(1,), machine_code=False)
    images = [random.standard_normal((5, 2, 7, 8))]
    for counts_padding in (False, True):
        options = (3, 2, 1, True, counts_padding, None)
        assert check(AVG_POOL2D, images, options, AVERAGE_POOLING_KERNELS)


def test_avg_pool1d() -> None:
    check_examples(AVG_POOL1D, AVERAGE_POOLING_KERNELS, single=(1,), machine_code=False)


def test_adaptive_avg_pool2d() -> None:
    check_examples(ADAPTIVE_AVG_POOL2D, AVERAGE_POOLING_KERNELS, single=(1,), machine_code=False)
    images = [random.standard_normal((5, 2, 7, 4))]
    assert check(ADAPTIVE_AVG_POOL2D, images, ((3, 6),), AVERAGE_POOLING_KERNELS)


def test_adaptive_avg_pool1d() -> None:
    check_examples(ADAPTIVE_AVG_POOL1D, AVERAGE_POOLING_KERNELS, single=(1,), machine_code=False)


def normals(*shapes: tuple[int, ...] | None) -> list[np.ndarray | None]:
    """Positive and negative numbers; statistics and scales near 1."""
    return [
        s and random.standard_normal(s) * (0.1 if len(s) == 1 else 1) + (len(s) == 1)
        for s in shapes
    ]


BATCH_NORM_INPUTS = (
    ((5, 3), (3,), (3,), (3,), (3,)),
    ((6, 4, 3, 2), (4,), (4,), None, (4,)),
)


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm(training: bool) -> None:
    kernels = BATCH_NORMALIZATION_KERNELS
    check_examples(BATCH_NORM, kernels, orders="CF", machine_code=False)
    for shapes in BATCH_NORM_INPUTS:
        order = "F" if len(shapes[0]) == 2 else "C"
        options = (training, 0.3, 1e-5)
        assert check(BATCH_NORM, normals(*shapes), options, kernels, order=order)


def test_embedding() -> None:
    check_examples(EMBEDDING, EMBEDDING_KERNELS, orders="CF", refused=(4,), machine_code=False)
    table = random.standard_normal((7, 5))
    for shape in ((6,), (4, 3), (2, 3, 2)):
        numbers = random.integers(0, 7, shape)
        order = "C" if len(shape) == 3 else "F"
        assert check(EMBEDDING, [numbers, table], (-7,), EMBEDDING_KERNELS, order=order)
