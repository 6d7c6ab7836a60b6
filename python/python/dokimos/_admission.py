"""What a request for admission to Kubernetes will run."""

from __future__ import annotations

from typing import NamedTuple


class AdmissionImage(NamedTuple):
    """An image that a request for admission will run."""

    reference: str
    """The image reference, as the object has it."""
    place: str
    """Where it stands in the object: ``spec.containers[0].image``."""
    name: str
    """The name of the container or volume; empty where it has none."""
