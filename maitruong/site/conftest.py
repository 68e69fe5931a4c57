"""The school of the rolls' tests, for the pages under the roof."""

from maitruong.registry.conftest import november, place

__all__ = ["november", "place"]
