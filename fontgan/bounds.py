"""Types for the fields of records: what a value may be, whoever wrote the file.

Each is wide enough for all that fontgan has ever written, and narrow enough that nothing overflows or grows
without end once the value is used. `untrusted.converted` enforces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

# Python has the bytes of a file's name that are not UTF-8 as lone surrogates from U+DC80 to U+DCFF, so a path
# may hold them. The other lone surrogates are in no file's name.
_NOT_IN_PATHS = r"\0\ud800-\udc7f\udd00-\udfff"

Name = Annotated[str, Meta(max_length=100, pattern=r"\A[^\0\ud800-\udfff]*\Z")]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]
Amount = Annotated[float, Meta(ge=0, le=1e18)]  # seconds, speeds, shares
Length = Annotated[
    float, Meta(ge=-1e4, le=1e4)
]  # em; 16 bits at the 16 units per em of the coarsest font: 4,096
Advance = Annotated[float, Meta(ge=0, le=1e4)]  # em
FaceIndex = Annotated[int, Meta(ge=0, le=0xFFFF)]
Figures = Annotated[Mapping[Name, float], Meta(max_length=32)]  # NaN and infinity too, where training broke

Text = Annotated[str, Meta(max_length=4096, pattern=rf"\A[^{_NOT_IN_PATHS}]*\Z")]
Characters = Annotated[str, Meta(max_length=0x110000)]  # each once
FaceKey = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\A[^\0\ud800-\udfff]*\Z")]
AxisTag = Annotated[str, Meta(pattern=r"\A[ -~]{1,4}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
