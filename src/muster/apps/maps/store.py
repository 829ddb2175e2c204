"""Files of road networks in the data folder, named by the hash of what they hold; read once per process."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
from django.conf import settings

from muster.core.errors import Unreadable
from muster.planning.roads.graph import RoadGraph, from_arrays
from muster.planning.roads.network import Network

FOLDER = "maps"


def path_of(name: str) -> Path:
    return Path(settings.HOME) / FOLDER / f"{name}.npz"


def hash_of(graph: RoadGraph) -> str:
    """SHA-256 over all arrays: equal networks have equal names."""
    digest = hashlib.sha256()
    for name, array in sorted(graph.to_arrays().items()):
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def keep(graph: RoadGraph) -> str:
    """Write the file of this network, whole or not at all; returns its hash. Error: OSError."""
    name = hash_of(graph)
    path = path_of(name)
    if path.exists():
        return name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    body = io.BytesIO()
    np.savez_compressed(body, **graph.to_arrays())
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(body.getvalue())
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return name


def forget(name: str) -> None:
    """Remove the file of a network that is no longer in use."""
    path_of(name).unlink(missing_ok=True)


def load(name: str) -> Network:
    """The network of this hash. Errors: Unreadable "maps.network_missing", "maps.network_damaged"."""
    return _loaded(str(path_of(name)), name)


@functools.lru_cache(maxsize=2)
def _loaded(path: str, name: str) -> Network:
    try:
        body = Path(path).read_bytes()
    except OSError as error:
        raise Unreadable("maps.network_missing") from error
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as stored:
            graph = from_arrays({key: stored[key] for key in stored.files})
    except (ValueError, EOFError, KeyError, AttributeError, OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable("maps.network_damaged") from error
    if hash_of(graph) != name:
        raise Unreadable("maps.network_damaged")
    return Network(graph)
