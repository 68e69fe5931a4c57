"""The school of the rolls' tests, for what is taught in it."""

from maitruong.registry.conftest import november, place

__all__ = ["november", "place"]
