"""The names of array types that annotations use; shapes stand in the docstrings."""

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Ints32 = NDArray[np.int32]
type Bools = NDArray[np.bool_]
type Words = NDArray[np.uint64]
type Bytes = NDArray[np.uint8]
type Geometries = NDArray[np.object_]
