from .inputs import stage_inputs as stage_inputs
from .inputs import stage_known_inputs as stage_known_inputs
from .mirror import name_copies as name_copies
from .results import run_staged as run_staged
from .results import stage_results as stage_results
