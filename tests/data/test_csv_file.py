"""The CSV reader: what it reads, and that every defect is one error that says where."""

import csv
import io

import numpy as np
import pytest

from chainrule.data import load, read_csv
from chainrule.errors import CorruptFile, DataNotFound, InvalidArgument


@pytest.fixture
def table(tmp_path):
    """Read a table from a text."""

    def read(text, **options):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_csv(path, **options)

    return read


@pytest.mark.parametrize(
    "text",
    [
        "1,2,0\n3,4,1\n",
        "1,2,0\n3,4,1",
        "1,2,0\r\n3,4,1\r\n",
        "1,2,0\r3,4,1\r",
        "1;2;0\n3;4;1\n",
        "1\t2\t0\n3\t4\t1\n",
        "\ufeff1,2,0\n3,4,1\n",
        "1,2,0\n\n   \n3,4,1\n\n",
        ' 1 ,2.0,"0"\n3e0,+4,1\n',
        "a,b,c\n1,2,0\n3,4,1\n",
        "0,1,label\n1,2,0\n3,4,1\n",
        ",b,c\n1,2,0\n3,4,1\n",
    ],
)
def test_same_table_is_read_however_it_is_written(table, text):
    found = table(text)
    assert found.features.tolist() == [[1, 2], [3, 4]]
    assert found.features.dtype == np.float32
    assert (found.labels.tolist(), found.labels.dtype) == ([0, 1], np.int64)


def test_header_names_the_columns(table):
    found = table("width,,kind\n1,2,a\n3,4,b\n")
    assert found.feature_names == ("width", "column 2")
    assert found.label_name == "kind"


def test_words_as_labels_become_class_numbers_in_alphabetical_order(table):
    found = table("1,rose\n2,iris\n3,rose\n")
    assert found.class_names == ("iris", "rose")
    assert found.labels.tolist() == [1, 0, 1]
    assert found.task == "classification"


def test_whole_numbers_as_labels_are_classes_in_numerical_order(table):
    found = table("1,10\n2,9\n3,10.0\n")
    assert found.class_names == ("9", "10")
    assert found.labels.tolist() == [1, 0, 1]


def test_decimal_labels_are_targets_in_a_column(table):
    found = table("1,0.5\n2,1\n")
    assert found.task == "regression"
    assert found.labels.tolist() == [[0.5], [1.0]]
    assert found.class_names == ()


def test_many_whole_numbers_as_labels_are_targets(table):
    assert table("".join(f"1,{i}\n" for i in range(101))).task == "regression"
    assert table("".join(f"1,{i}\n" for i in range(100))).task == "classification"


def test_task_can_be_chosen(table):
    assert table("1,0\n2,1\n", task="regression").labels.tolist() == [[0.0], [1.0]]
    assert table("1,0.5\n2,b\n", task="classification").class_names == ("0.5", "b")


@pytest.mark.parametrize("label", [0, -3, "kind"])
def test_label_column_is_chosen_by_number_or_name(table, label):
    found = table("kind,a,b\n0,1,2\n1,3,4\n", label=label)
    assert found.labels.tolist() == [0, 1]
    assert found.feature_names == ("a", "b")


def test_table_without_labels(table):
    found = table("1,2\n3,4\n", label=None)
    assert found.features.tolist() == [[1, 2], [3, 4]]
    assert (found.labels, found.task, found.label_name) == (None, None, None)


def test_single_column_without_labels(table):
    assert table("1\n2\n", label=None).features.tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ('""\n', "holds no samples"),
        ("a,b\n", "no samples below"),
        ("1\n2\n", "one column only"),
        ("1,2,0\n3,4\n", "line 2: 2 columns, but line 1 has 3"),
        ("1,2,0\n\n3,4,5,6\n", "line 3: 4 columns"),
        ("1,2,0\n3,,1\n", r"line 2, column 2 \(column 2\): the value is missing"),
        ("a,b,c\n1,2,0\n3,x,1\n", r"line 3, column 2 \(b\): 'x' is not a number"),
        ("1,2,0\n3,NaN,1\n", "line 2, column 2 .*'NaN' is not a finite number"),
        ("1,2,0\n3,-inf,1\n", "'-inf' is not a finite"),
        ("1,2,0\n3,1e39,1\n", "'1e39' is not a finite number of single precision"),
        ("1,2,0\n3,1_000,1\n", "'1_000' is not a number"),
        ("1,2,0\n3,١٢,1\n", "is not a number"),
        ("1,2,0\n3,0x10,1\n", "'0x10' is not a number"),
        ("1;2,5;0\n3;4,5;1\n", "'2,5' is not a number.*decimal point"),
        ("1,2,0\n3,4,\n", "line 2, column 3 .*label is missing"),
        ("1,2,0\n3,4,nan\n", "label is missing"),
        ("1,2,0\n3,4,x\n", "label is 'x', but the first one is '0'"),
        ("1,0.5\n2,inf\n", "'inf' is not a finite"),
        ("1,2,0\n3,4\x00,1\n", "NUL bytes"),
        ("1,2,0\n3,4,1\n".encode("utf-16"), "NUL bytes"),
        (b"1,a\n2,\xe9\n", "line 2: byte 0xe9 is not UTF-8"),
        ('1,"2,0\n3,4,1\n', "unexpected end of data|columns"),
        ('1,"2"x,0\n', "expected after"),
        ("1," + "9" * 200_000 + ",0\n", "field larger than field limit"),
        ("1,2\n" + "x" * 60 + ",3\n", r"x{40}\.\.\.'"),
    ],
)
def test_defect_is_refused_with_its_place(table, text, words):
    with pytest.raises(CorruptFile, match=words):
        table(text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"label": 3}, "no column 3"),
        ({"label": -4}, "no column -4"),
        ({"label": "z"}, "0 columns named 'z'"),
        ({"label": "a", "has_header": False}, "columns named 'a'"),
        ({"label": "b"}, "2 columns named 'b'"),
        ({"delimiter": ",,"}, "one character"),
        ({"delimiter": '"'}, "one character"),
        ({"task": "guess"}, "task='guess'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(table, options, words):
    with pytest.raises(InvalidArgument, match=words):
        table("a,b,b\n1,2,3\n", **options)


def test_missing_table_is_named(tmp_path):
    with pytest.raises(DataNotFound, match=r"nowhere\.csv"):
        read_csv(tmp_path / "nowhere.csv")


def test_table_is_loaded_as_a_split_with_standardised_features(tmp_path):
    generator = np.random.default_rng(0)
    rows = generator.normal(5, 3, (50, 2))
    path = tmp_path / "flowers.csv"
    path.write_text("".join(f"{a},{b},{'ab'[i % 2]}\n" for i, (a, b) in enumerate(rows)))
    split = load(str(path))
    assert (split.name, split.task, split.class_names) == ("flowers", "classification", ("a", "b"))
    assert (len(split.y_train), len(split.y_test)) == (40, 10)
    # float32 rounding of 40 values near 1
    np.testing.assert_allclose(split.x_train.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(split.x_train.std(axis=0), 1, atol=1e-6)


def test_table_loaded_as_a_split_needs_labels(tmp_path):
    path = tmp_path / "flowers.csv"
    path.write_text("1,2\n3,4\n")
    with pytest.raises(InvalidArgument, match="without labels"):
        load(str(path), label=None)


def naive_rows(text: str) -> list[list[float]]:
    """Slow twin: every field of every line that is not blank, as Python reads numbers."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    return [[float(field) for field in row] for row in rows if any(f.strip() for f in row)]


def test_random_damage_gives_one_error_or_the_numbers_that_are_there(tmp_path):
    generator = np.random.default_rng(1)
    numbers = generator.normal(size=(6, 3)).round(3)
    original = "".join(",".join(map(str, row)) + "\n" for row in numbers).encode()
    pieces = [
        b",",
        b"\n",
        b'"',
        b"-",
        b".",
        b"e9",
        b"nan",
        b"\x00",
        b"\xff",
        b" ",
        b"\r",
        b"x",
        b"7",
    ]
    path = tmp_path / "damaged.csv"
    read, lengths = 0, []
    for _ in range(5000):
        damaged = bytearray(original)
        for _ in range(generator.integers(1, 4)):
            at = int(generator.integers(len(damaged)))
            piece = pieces[generator.integers(len(pieces))]
            damaged[at : at + int(generator.integers(3))] = piece
        path.write_bytes(damaged)
        try:
            found = read_csv(path, label=None, delimiter=",", has_header=False)
        except CorruptFile as error:
            lengths.append(len(str(error)))
            continue
        read += 1
        expected = np.array(naive_rows(damaged.decode()), dtype=np.float32)
        assert found.features.tolist() == expected.tolist()
    assert 300 < read < 4700
    assert max(lengths) < 400
