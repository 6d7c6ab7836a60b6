"""Decisions on many images."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from ._dokimos import Attestations, ImageReference, Policy, evaluate_rows
from ._errors import AttestationError

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow

    from ._dokimos import _Documents

# Images that are decided on before the progress bar moves and memory is handed on: some hundredths of a second's work.
_SLICE = 8192
_PLACE = ("cluster", "namespace", "service_account")
# Image, attestations, cluster, namespace, service account.
_Row = tuple[str | None, Any, str | None, str | None, str | None]


def audit(
    images: Iterable[str | ImageReference | None] | Any,
    attestations: _Documents | Callable[[str], _Documents] | None,
    policy: Policy,
    *,
    cluster: str | None = None,
    namespace: str | None = None,
    service_account: str | None = None,
    at: datetime | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> pyarrow.Table:
    """Decides on many images, on all cores, and returns an Arrow table with a row for each, in their order.

    ``images`` is an iterable of image references, or a table of pandas, polars or Arrow (anything with
    ``__arrow_c_stream__``) that has a column ``image`` and may have the columns ``attestations`` (a document each, as
    text or bytes), ``cluster``, ``namespace`` and ``service_account``.

    ``attestations`` is what ``Policy.evaluate`` takes and is then searched for every image; or a function that is
    called with each image and returns what was found for it; or ``None`` when the table has that column.

    The columns of the result: ``image``; ``allowed``; ``reason`` (a ``ReasonCode``) and ``detail``; ``rule``;
    ``exempted_by``; ``enforcement``; ``report`` (as ``Report.to_json``); ``error``. Where attestations cannot be read
    no decision can be made: ``allowed`` is false and ``error`` says why.

    All are decided at one time, ``at`` or else now. ``workers`` is the number of threads, one a core unless given.
    ``progress`` shows a progress bar on the standard error, if tqdm is installed. Needs pyarrow:
    ``pip install dokimos[arrow]``.
    """
    arrow = _pyarrow()
    place = {"cluster": cluster, "namespace": namespace, "service_account": service_account}
    rows, total = _rows(images, attestations, place, arrow)
    at = _now() if at is None else at
    workers = _cores() if workers is None else workers
    if workers < 1:
        raise ValueError("workers must be at least 1")
    schema = _schema(arrow)
    batches: list[pyarrow.RecordBatch] = []
    with _bar(progress, total) as bar:
        while batch := list(islice(rows, _SLICE)):
            batches.append(_decide(batch, policy, at, workers, schema, arrow))
            bar.update(len(batch))
    return arrow.Table.from_batches(batches, schema)


def _schema(arrow: Any) -> pyarrow.Schema:
    text, truth = arrow.string(), arrow.bool_()
    columns = [("image", text), ("allowed", truth)]
    columns += [
        (name, text) for name in ("reason", "detail", "rule", "exempted_by", "enforcement", "report", "error")
    ]
    return arrow.schema(arrow.field(name, kind, nullable=name != "allowed") for name, kind in columns)


_NO_DECISION = (None,) * 6


def _decide(
    batch: Sequence[_Row], policy: Policy, at: datetime, workers: int, schema: pyarrow.Schema, arrow: Any
) -> pyarrow.RecordBatch:
    images, documents, clusters, namespaces, accounts = zip(*batch)
    # What cannot be read is left out, and said in its row.
    evidence: list[str | bytes | Attestations] = []
    failures: dict[int, str] = {}
    for index, document in enumerate(documents):
        try:
            evidence.append(document if isinstance(document, str | bytes | Attestations) else Attestations(document))
        except AttestationError as error:
            evidence.append(_NONE)
            failures[index] = f"attestations: {error}"
    decided = evaluate_rows(policy, images, evidence, clusters, namespaces, accounts, at, workers)
    columns: list[list[Any]] = [[] for _ in schema]
    for index, (image, (allowed, answer, problem)) in enumerate(zip(images, decided)):
        if index in failures:
            allowed, answer, problem = False, None, failures[index]
        for column, value in zip(columns, (image, allowed, *(answer or _NO_DECISION), problem)):
            column.append(value)
    arrays = [arrow.array(column, kind) for column, kind in zip(columns, schema.types)]
    return arrow.RecordBatch.from_arrays(arrays, schema=schema)


_NONE = Attestations()


def _rows(
    images: Any, attestations: Any, place: Mapping[str, str | None], arrow: Any
) -> tuple[Iterator[_Row], int | None]:
    """The rows, and how many there are, if that is known."""
    if isinstance(images, str | bytes):
        raise TypeError("images must be an iterable of image references, not one of them")
    table = _table(images, arrow)
    if table is not None:
        return _table_rows(table, attestations, place), table.num_rows
    if attestations is None:
        raise TypeError("attestations are missing: give them, or a table with a column of that name")
    found = _finder(attestations)
    cluster, namespace, account = (place[name] for name in _PLACE)
    images = _column(images, arrow)
    total = len(images) if hasattr(images, "__len__") else None
    return ((image, found(image), cluster, namespace, account) for image in map(_text, images)), total


def _table_rows(table: Any, attestations: Any, place: Mapping[str, str | None]) -> Iterator[_Row]:
    names = table.column_names
    if "image" not in names:
        raise ValueError("the table has no column image")
    if ("attestations" in names) == (attestations is not None):
        raise TypeError("attestations must be given once: as an argument, or as a column of the table")
    for name in _PLACE:
        if name in names and place[name] is not None:
            raise TypeError(f"{name} must be given once: as an argument, or as a column of the table")
    return _iterate(table, None if attestations is None else _finder(attestations), place)


def _iterate(table: Any, found: Callable[[str | None], Any] | None, place: Mapping[str, str | None]) -> Iterator[_Row]:
    for batch in table.to_batches(max_chunksize=_SLICE):
        count, names = batch.num_rows, batch.schema.names
        images = batch.column("image").to_pylist()
        documents = batch.column("attestations").to_pylist() if found is None else map(found, images)
        if found is None:
            # No document is no evidence: the policy says what that means.
            documents = (_NONE if document is None else document for document in documents)
        clusters, namespaces, accounts = (
            batch.column(name).to_pylist() if name in names else [place[name]] * count for name in _PLACE
        )
        yield from zip(images, documents, clusters, namespaces, accounts)


def _finder(attestations: Any) -> Callable[[str | None], Any]:
    if callable(attestations):
        return lambda image: _NONE if image is None else attestations(image)
    shared = attestations if isinstance(attestations, Attestations) else Attestations(attestations)
    return lambda _: shared


def _table(images: Any, arrow: Any) -> Any:
    """The Arrow table that an object is or can be seen as; ``None`` for one column of images and for other iterables."""
    if isinstance(images, arrow.Table):
        return images
    if isinstance(images, arrow.RecordBatch):
        return arrow.Table.from_batches([images])
    # A column by itself has a stream too; only tables have named columns.
    if hasattr(images, "__arrow_c_stream__") and hasattr(images, "columns"):
        return arrow.table(images)
    return None


def _column(images: Any, arrow: Any) -> Any:
    """The images of one column by itself (an Arrow array, a Series); any other iterable as it is."""
    if isinstance(images, arrow.Array | arrow.ChunkedArray):
        return images.to_pylist()
    if hasattr(images, "__arrow_c_stream__"):
        return arrow.chunked_array(images).to_pylist()
    if type(images).__module__.startswith("pandas."):
        # Such as pandas 2, whose Series have no stream: what is missing in them is a NaN.
        return arrow.array(images, from_pandas=True).to_pylist()
    return images


def _text(image: Any) -> str | None:
    if image is None or isinstance(image, str):
        return image
    if isinstance(image, ImageReference):
        return str(image)
    raise TypeError(f"an image must be a str or an ImageReference, not {type(image).__name__}")


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise ImportError("dokimos.audit needs pyarrow: pip install dokimos[arrow]") from error
    return pyarrow


def _now() -> datetime:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _NoBar:
    """In the place of a progress bar."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        pass


def _bar(wanted: bool, total: int | None) -> Any:
    if wanted:
        try:
            from tqdm import tqdm
        except ImportError:
            return _NoBar()
        return tqdm(total=total, unit=" images", desc="audit")
    return _NoBar()
