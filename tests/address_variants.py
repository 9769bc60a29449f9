"""Generated properties in several spellings, with neighbors that are other properties. Seeded, so that figures are exact."""

import random

import polars as pl

STREETS = (
    "Foundry", "Commerce", "Maplewood", "Quarry", "Old Mill", "Stony Island", "Van Buren", "Saint Johns", "Enterprise",
    "Industrial Center", "Northgate", "Lakeshore", "Washington", "Jefferson", "Blackstone", "Cottage Grove", "Riverbend",
    "Martin Luther King", "Timberline", "Peachtree", "Winston-Salem", "Kensington", "Greenfield", "Oakhurst",
)  # fmt: skip
ORDINALS = {"First": "1st", "Second": "2nd", "Fifth": "5th", "Ninth": "9th", "Twenty-First": "21st", "Tenth": "10th"}
SUFFIXES = {"Street": "St", "Avenue": "Ave", "Boulevard": "Blvd", "Drive": "Dr", "Road": "Rd", "Parkway": "Pkwy", "Lane": "Ln"}
DIRECTIONS = {"North": "N", "South": "S", "East": "E", "West": "W"}
HIGHWAYS = (
    ("US Highway {}", "U.S. HWY {}", "US {}"), ("State Road {}", "SR {}", "STATE RD {}"),
    ("County Road {}", "CR {}", "CNTY RD {}"), ("Interstate {}", "I-{}", "INTERSTATE HWY {}"),
)  # fmt: skip
PLACES = (
    ("Charlotte", "NC", "28202"),
    ("Saint Petersburg", "FL", "33701"),
    ("Norcross", "GA", "30071"),
    ("Mt Holly", "NC", "28120"),
)
UNITS = ("Suite {}", "STE {}", "Unit {}", "#{}", "Apt. {}", "# {}")


def properties(seed, count):
    """Return rows with `truth`, equal for rows of one property: each property, another spelling of it, and a neighbor."""
    draw = random.Random(seed)  # noqa: S311 - sample data, no secret
    rows = [row for number in range(count) for row in _rows(draw, number)]
    frame = pl.DataFrame(rows)
    return frame.sample(frame.height, shuffle=True, seed=seed)


def _rows(draw, number):
    place = draw.choice(PLACES)
    street = draw.choice((_named, _named, _named, _numbered, _highway))(draw)
    home = {"house": 100 + 7 * number, "unit": draw.choice((None, None, draw.randint(1, 40))), "place": place, **street}
    other = _neighbor(draw, home)
    return [
        _row(home, 3 * number, plain=True),
        _row(home, 3 * number, draw=draw, whole=other["changed"] in ("suffix", "before")),
        _row(other, 3 * number + 1, plain=True),
    ]


def _named(draw):
    before = draw.choice((None, *DIRECTIONS))
    return {"before": before, "names": (draw.choice(STREETS),) * 2, "suffix": draw.choice(tuple(SUFFIXES))}


def _numbered(draw):
    long = draw.choice(tuple(ORDINALS))
    return {"before": draw.choice(tuple(DIRECTIONS)), "names": (long, ORDINALS[long]), "suffix": draw.choice(tuple(SUFFIXES))}


def _highway(draw):
    number = draw.randint(2, 99)
    return {"before": None, "names": tuple(form.format(number) for form in draw.choice(HIGHWAYS)), "suffix": None}


def _neighbor(draw, home):
    """Another property that is written nearly alike."""
    changes = {
        "house": home["house"] + draw.choice((1, 2, 3)),
        "unit": (home["unit"] or 0) + 1,
        "place": ("Gastonia", "NC", "28052"),
    }
    if home["before"]:
        changes["before"] = draw.choice([name for name in DIRECTIONS if name != home["before"]])
    if home["suffix"]:
        changes["suffix"] = draw.choice([name for name in SUFFIXES if name != home["suffix"]])
    if home["unit"] is None:
        del changes["unit"]
    changed = draw.choice(sorted(changes))
    return home | {changed: changes[changed], "changed": changed}


def _row(home, truth, *, plain=False, draw=None, whole=True):
    city, state, code = home["place"]
    address = _written(home, names=home["names"][0]) if plain else _rewritten(draw, home, whole=whole)
    trailing = draw and draw.random() < 0.15
    return {
        "truth": truth,
        "Address": f"{address}, {city}, {state} {code}" if trailing else address,
        "City": city if plain else draw.choice((city, city.upper(), city.replace("Saint", "St.").replace("Mt", "Mount"))),
        "State": state,
        "Zip Code": code if plain else draw.choice((code, f"{code}-1234")),
    }


def _written(home, *, names, before=None, suffix=None, unit="Suite {}"):
    unit = unit.format(home["unit"]) if home["unit"] else None
    parts = (str(home["house"]), before or home["before"], names, suffix or home["suffix"], unit)
    return " ".join(part for part in parts if part)


def _rewritten(draw, home, *, whole):
    """Return the address abbreviated as in USPS Publication 28, in other case, with a typing error or without its suffix."""
    names = draw.choice(home["names"])
    if len(names) > 8 and home["names"][0] in STREETS and draw.random() < 0.15:
        at = draw.randrange(2, len(names) - 2)
        names = names[:at] + names[at + 1 :]
    before = DIRECTIONS[home["before"]] + draw.choice(("", ".")) if home["before"] and draw.random() < 0.7 else None
    suffix = SUFFIXES[home["suffix"]] + draw.choice(("", ".")) if home["suffix"] and draw.random() < 0.7 else None
    text = _written(home | {"suffix": home["suffix"]}, names=names, before=before, suffix=suffix, unit=draw.choice(UNITS))
    if home["suffix"] and not whole and not home["unit"] and draw.random() < 0.15:
        text = text.removesuffix(suffix or home["suffix"]).strip()
    return draw.choice((str, str.upper, str.lower))(text)


def figures(truth, numbers):
    """Return pairwise precision and recall of clusters."""
    table = pl.DataFrame({"truth": truth, "cluster": numbers})

    def pairs(*names):
        return table.group_by(*names).len().select((pl.col("len") * (pl.col("len") - 1)).sum()).item() / 2

    both = pairs("truth", "cluster")
    return both / pairs("cluster"), both / pairs("truth")
