"""fashion-mnist: 70,000 pictures of clothing in the format of MNIST, and harder."""

from chainrule.data.files import PathLike
from chainrule.data.preprocessing import ImageForm
from chainrule.data.published import Member, PublishedFiles
from chainrule.data.source import DataSource
from chainrule.data.split import Split

FILES = PublishedFiles(
    name="fashion-mnist",
    title="Fashion-MNIST",
    members=(
        Member(
            "train-images-idx3-ubyte",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        Member(
            "train-labels-idx1-ubyte",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        Member(
            "t10k-images-idx3-ubyte",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        Member(
            "t10k-labels-idx1-ubyte",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
    ),
    folders=("", "fashion-mnist", "FashionMNIST/raw"),
    form=ImageForm(height=28, width=28, box=28, mass_at=None, full_ink=255.0),
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)


def load_fashion_mnist(
    *,
    data_dir: PathLike | None = None,
    seed: int = 0,
    flatten: bool = True,
    download: bool = True,
) -> Split:
    """Return Fashion-MNIST in its published split, 60,000 and 10,000 images, pixels from 0 to 1.

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


FASHION_MNIST = DataSource(
    name="fashion-mnist",
    description="70,000 pictures of clothing, 28 × 28 pixels; found on disk or downloaded (30 MB)",
    task="classification",
    class_names=FILES.class_names,
    load=load_fashion_mnist,
    reference="H. Xiao, K. Rasul and R. Vollgraf 2017, Fashion-MNIST: a novel image dataset for "
    "benchmarking machine learning algorithms",
    licence="MIT",
)
