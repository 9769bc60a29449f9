"""Runs from and to object storage, on local copies."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.staging.inputs import stage_inputs
    from flexscout.staging.mirror import name_copies
    from flexscout.staging.results import run_staged, stage_results

__all__ = ["name_copies", "run_staged", "stage_inputs", "stage_results"]

__getattr__ = lazy_exports(
    __name__, {"inputs": ("stage_inputs",), "mirror": ("name_copies",), "results": ("run_staged", "stage_results")}
)
