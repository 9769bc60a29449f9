"""Section of the page about owners with several properties on the list."""

import polars as pl
from markupsafe import Markup

from flexscout.outputs.comparisons import list_portfolios
from flexscout.outputs.html.elements import clip_text, render_lead, render_table

_MAX_OWNERS = 20
_OWNER = Markup('<a href="#candidates" data-owner="{rank}">{name}</a>')


def render_owners(master: pl.DataFrame) -> Markup:
    """Render the owners with most properties; empty if none has several."""
    portfolios = list_portfolios(master)
    if not portfolios.height:
        return Markup("")
    rows = [
        {
            "Owner": _OWNER.format(rank=owner["Best Rank"], name=clip_text(owner["Owner Group"], 80)),
            "Properties": owner["Owner Properties"],
            "Best rank": owner["Best Rank"],
            "Sq ft in total": round(owner["Building SqFt"]),
        }
        for owner in portfolios.head(_MAX_OWNERS).to_dicts()
    ]
    shown = f"the {_MAX_OWNERS} with most of {portfolios.height:,}" if portfolios.height > _MAX_OWNERS else "all"
    lead = render_lead("Owners with several properties on the list. Spellings of one name are taken together.")
    return lead + render_table(f"Owners ({shown})", rows)
