"""Our own import contract: a module of another room is entered by its doors, never by its private files."""

from __future__ import annotations

from typing import NamedTuple

from grimp import ImportGraph
from importlinter.application import output
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck


class Breach(NamedTuple):
    importer: str
    imported: str
    lines: str


class FrontDoors(Contract):
    """`<root>.<room>.<module>.<file>` may be imported from another module only if `<file>` is a door.

    root              the package that holds the rooms
    doors             names of files (or folders) that are doors
    open_rooms        rooms whose modules may be entered anywhere (the order inside them is another contract's)
    exempt_importers  packages that join everything, and may look behind the doors
    """

    type_name = "front_doors"

    root = fields.StringField()
    doors = fields.SetField(subfield=fields.StringField())
    open_rooms = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    exempt_importers = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        breaches = [
            Breach(importer, imported, _lines(graph, importer, imported))
            for importer in sorted(graph.modules)
            if not self._is_exempt(importer)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._is_breach(importer, imported)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        doors = ", ".join(sorted(self.doors))  # type: ignore[call-overload]
        for importer, imported, lines in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {imported} ({lines}); its doors are {doors}.")

    def _is_exempt(self, importer: str) -> bool:
        packages: set[str] = self.exempt_importers  # type: ignore[assignment]
        if {"tests", "conftest"} & set(importer.split(".")):
            return True  # what a test sets up, it may look into
        return any(importer == name or importer.startswith(f"{name}.") for name in packages)

    def _is_breach(self, importer: str, imported: str) -> bool:
        root, rest = str(self.root), imported.split(".")
        if rest[0] != root or len(rest) < 3 or rest[1] in self.open_rooms:  # type: ignore[operator]
            return False
        if importer.split(".")[:3] == rest[:3]:
            return False
        return len(rest) == 3 or rest[3] not in self.doors  # type: ignore[operator]


def _lines(graph: ImportGraph, importer: str, imported: str) -> str:
    details = graph.get_import_details(importer=importer, imported=imported)
    return ", ".join(f"line {detail['line_number']}" for detail in details) or "line unknown"
