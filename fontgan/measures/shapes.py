"""How far apart the borders of the ink lie, and how wide strokes are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_FAR = 2.0**11  # pixels: farther than any place on an image; its square is exact in float32


def border_distances(images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """How far apart the borders of the ink lie, in pixels: two of (n,), NaN where one has no ink.

    A border pixel is ink (below one half) with paper above, below or beside it; what lies outside the image
    is paper. From each border pixel the distance to the nearest border pixel of the other image is taken,
    from both sides.

    Returns:
        The Chamfer distance, the mean of both means; and the Hausdorff distance with the 95th percentile in
        place of the maximum, the greater one of both sides (Huttenlocher et al. 1993, the percentile in
        place of the rank), so that a single speck does not decide it.
    """
    drawn, true = border(images), border(targets)
    there, back = _nearest(drawn, true), _nearest(true, drawn)
    chamfer = torch.stack([(a.mean() + b.mean()) / 2 for a, b in zip(there, back, strict=True)])
    hausdorff = torch.stack(
        [torch.maximum(_percentile_95(a), _percentile_95(b)) for a, b in zip(there, back, strict=True)]
    )
    return chamfer, hausdorff


def border(images: Tensor) -> Tensor:
    """The border pixels of the ink: (n, 1, size, size) in [0, 1] to bool (n, size, size)."""
    ink = F.pad(images[:, 0] < 0.5, (1, 1, 1, 1))
    inner = ink[:, 1:-1, 1:-1]
    surrounded = ink[:, :-2, 1:-1] & ink[:, 2:, 1:-1] & ink[:, 1:-1, :-2] & ink[:, 1:-1, 2:]
    return inner & ~surrounded


def stroke_width_ratio(images: Tensor, targets: Tensor) -> Tensor:
    """The strokes' mean width as a multiple of the true glyph's: (n,), NaN where one has no ink.

    A width is twice the area of the ink over the length of its border: for a line that is much longer than
    wide, its width. The length is the sum of the gradient's magnitude, which needs no border of sharp pixels.
    """
    return _stroke_width(images) / _stroke_width(targets)


def _stroke_width(images: Tensor) -> Tensor:
    """In pixels: (n,); 0/0, which is NaN, where there is no ink."""
    ink = F.pad(1 - images[:, 0], (1, 1, 1, 1))
    across = ink[:, :-1, 1:] - ink[:, :-1, :-1]
    down = ink[:, 1:, :-1] - ink[:, :-1, :-1]
    length = (across.square() + down.square()).sqrt().sum(dim=(1, 2))
    return 2 * ink.sum(dim=(1, 2)) / length


def _nearest(places: Tensor, others: Tensor) -> list[Tensor]:
    """The distance from each of some pixels to the nearest of others, exactly.

    The squared distance to a pixel is that along its row, squared, and that between the rows, squared: the
    least sum over all rows (Felzenszwalb and Huttenlocher 2012, section 2).

    Args:
        places: bool (n, size, size).
        others: the same.

    Returns:
        A tensor of distances in pixels for each image; all NaN where there are none of one kind.
    """
    size = places.shape[-1]
    along = _along_rows(others).square().transpose(1, 2).contiguous()  # (n, columns, rows)
    rows = torch.arange(size, device=places.device, dtype=along.dtype)
    between = (rows[:, None] - rows).square()
    image, y, x = places.nonzero(as_tuple=True)
    sums = along.flatten(0, 1).index_select(0, image * size + x).add_(between.index_select(0, y))
    found = sums.amin(1).sqrt()
    found = found.masked_fill(~others.flatten(1).any(1)[image], torch.nan)
    counts = places.flatten(1).sum(1).tolist()
    return [part if len(part) else found.new_full((1,), torch.nan) for part in found.split(counts)]


def _along_rows(marked: Tensor) -> Tensor:
    """The distance from each pixel to the nearest marked one of its row: float32 (n, size, size)."""
    columns = torch.arange(marked.shape[-1], device=marked.device, dtype=torch.float32)
    before = torch.where(marked, columns, -_FAR).cummax(-1).values
    after = torch.where(marked, columns, _FAR).flip(-1).cummin(-1).values.flip(-1)
    return torch.minimum(columns - before, after - columns)


def _percentile_95(distances: Tensor) -> Tensor:
    return distances.quantile(0.95)
