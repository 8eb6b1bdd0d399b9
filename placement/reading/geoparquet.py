"""GeoParquet, after its own figures said that it can be held."""

from pathlib import Path
from typing import Any

from placement.errors import InputError
from placement.reading.features import (
    MOST_CELLS,
    MOST_LAYER_BYTES,
    Features,
    of_frame,
    quiet,
    refuse_size,
)
from placement.reading.regular import NOT_THAT, head


def read_geoparquet(path: Path) -> Features:
    """Read a GeoParquet file.

    Raises
    ------
    InputError
        If the file is none, is damaged, or would take too much memory.
    """
    import geopandas as gpd  # noqa: PLC0415 - heavy, and most plans are GeoJSON

    if head(path, 4) != b"PAR1":
        raise InputError("is not a GeoParquet file", file=path, remedy=NOT_THAT)
    with quiet(path, "GeoParquet"):
        _check_size(path)
        return of_frame(path, gpd.read_parquet(path))


def _check_size(path: Path) -> None:
    """Refuse a file whose rows would not fit: a few bytes can stand for millions of long texts."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and most plans are GeoJSON
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        schema, about = file.schema_arrow, file.metadata
        values = packed = 0
        for group in range(about.num_row_groups):
            for column in range(about.num_columns):
                chunk = about.row_group(group).column(column)
                values += chunk.num_values
                packed += chunk.total_uncompressed_size
        if max(values, about.num_rows) > MOST_CELLS:
            raise refuse_size(path, f"{max(values, about.num_rows):,} values")
        if packed > MOST_LAYER_BYTES:
            raise refuse_size(path, f"{packed / 1e9:.1f} GB")
    texts = [
        field.name
        for field in schema
        if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
        or pa.types.is_large_string(field.type) or pa.types.is_large_binary(field.type)
    ]  # fmt: skip
    # texts that repeat are kept once in the file, and once a row in memory: measure before that
    total = 0
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for name in texts:
            for group in range(file.num_row_groups):
                total += _length(file.read_row_group(group, columns=[name]).column(0))
                if total > MOST_LAYER_BYTES:
                    raise refuse_size(path, f"more than {total / 1e9:.1f} GB of texts")


def _length(column: Any) -> int:  # noqa: ANN401 - a pyarrow column, untyped
    """Return the bytes of a column's texts, each repeated as often as it stands there."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    total = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            length = pc.take(pc.binary_length(chunk.dictionary), chunk.indices)
        else:
            length = pc.binary_length(chunk)
        total += pc.sum(pc.cast(length, pa.int64())).as_py() or 0
    return total
