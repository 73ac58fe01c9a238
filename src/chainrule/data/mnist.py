"""mnist: 70,000 handwritten digits of 28 × 28 pixels."""

from chainrule.data.files import PathLike
from chainrule.data.preprocessing import ImageForm
from chainrule.data.published import Member, PublishedFiles
from chainrule.data.source import DataSource
from chainrule.data.split import Split

FILES = PublishedFiles(
    name="mnist",
    title="MNIST",
    members=(
        Member(
            "train-images-idx3-ubyte",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        Member(
            "train-labels-idx1-ubyte",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        Member(
            "t10k-images-idx3-ubyte",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        Member(
            "t10k-labels-idx1-ubyte",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
    folders=("", "mnist", "MNIST/raw"),
    form=ImageForm(height=28, width=28, box=20, mass_at=14.5, full_ink=255.0),
    class_names=tuple("0123456789"),
)


def load_mnist(
    *,
    data_dir: PathLike | None = None,
    seed: int = 0,
    flatten: bool = True,
    download: bool = True,
) -> Split:
    """Return MNIST in its published split, 60,000 and 10,000 images, pixels from 0 to 1.

    Args:
        data_dir: Folder to look in before ``$CHAINRULE_DATA`` and the user's cache.
        seed: Without effect: the split is the published one.
        flatten: 784 numbers per sample; otherwise shape (1, 28, 28), channels first.
        download: Whether to download what is in none of the places.

    Raises:
        DataNotFound: if a file is in none of the places and cannot be downloaded.
        CorruptFile: if the only copy found is not the published file.
    """
    del seed
    return FILES.load(data_dir, flatten, download)


MNIST = DataSource(
    name="mnist",
    description="70,000 handwritten digits of 28 × 28 pixels; found on disk or downloaded (11 MB)",
    task="classification",
    class_names=FILES.class_names,
    load=load_mnist,
    reference="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner 1998, Gradient-based learning applied "
    "to document recognition",
    licence="CC BY-SA 3.0",
)
