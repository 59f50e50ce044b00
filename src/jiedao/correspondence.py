"""Correspondence analysis: one descriptive map of a table of counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import ConvexHull


class Correspondence(NamedTuple):
    """Places of rows and columns (principal coordinates), the inertia of each axis, and of all axes."""

    rows: pd.DataFrame
    columns: pd.DataFrame
    inertia: pd.Series
    total: float


def correspondence(table: pd.DataFrame, axes: int = 2) -> Correspondence:
    """Simple correspondence analysis.

    With P the table divided by its sum, r and c its row and column sums: the singular values of
    (P − r cᵀ) / √(r cᵀ) are the square roots of the inertias, which add up to χ² / n; rows and columns
    lie at their singular vectors × singular value / √mass (the symmetric map), so that distances among
    rows, and among columns, are χ² distances, while those between a row and a column are not defined.

    Parameters
    ----------
    table : DataFrame
        Counts or amounts, none negative; rows or columns of zeros must be left out.
    axes : int
        Axes to keep; those without inertia are left out.

    Returns
    -------
    Correspondence
        Each axis is turned so that its largest row coordinate in absolute value is positive.

    References
    ----------
    Greenacre, M. (2017). Correspondence analysis in practice (3rd ed.). CRC Press.
    """
    if not (table.sum() > 0).all() or not (table.sum(axis=1) > 0).all():
        raise ValueError("a row or column of the table is empty; leave it out")
    p = table.to_numpy(dtype=float) / table.to_numpy().sum()
    r, c = p.sum(axis=1), p.sum(axis=0)
    expected = np.outer(r, c)
    u, s, vt = np.linalg.svd((p - expected) / np.sqrt(expected), full_matrices=False)
    axes = min(axes, int((s > 1e-9).sum()))
    rows, columns = ((u * s / np.sqrt(r)[:, None])[:, :axes], (vt.T * s / np.sqrt(c)[:, None])[:, :axes])
    sign = np.where(rows[np.abs(rows).argmax(axis=0), np.arange(axes)] < 0, -1, 1)
    rows, columns, names = rows * sign, columns * sign, range(1, axes + 1)
    return Correspondence(
        pd.DataFrame(rows, index=table.index, columns=names),
        pd.DataFrame(columns, index=table.columns, columns=names),
        pd.Series((s**2)[:axes], index=names),
        float((s**2).sum()),
    )


def place_rows(profiles: np.ndarray, found: Correspondence) -> np.ndarray:
    """Places of other rows on the axes of a map: (…, columns) amounts give (…, axes) coordinates.

    A row lies at the mean of the columns' standard coordinates, weighted by its profile.
    """
    shares = profiles / profiles.sum(axis=-1, keepdims=True)
    return shares @ (found.columns / np.sqrt(found.inertia)).to_numpy()


def outline(places: np.ndarray, share: float = 0.95) -> np.ndarray:
    """Corners of the convex hull of the share of places nearest to their mean, in their own covariance."""
    apart = places - places.mean(axis=0)
    if np.linalg.matrix_rank(apart, tol=1e-9) < 2:  # on a line or a point: its ends
        along = apart @ np.linalg.svd(apart)[2][0]
        return places[[along.argmin(), along.argmax()]]
    distance = (apart @ np.linalg.pinv(np.cov(apart.T)) * apart).sum(axis=1)
    near = places[distance <= np.quantile(distance, share)]
    return near[ConvexHull(near).vertices]
