"""What models cost: one row for a family, and one for each place where it costs something else."""

import re
from collections import defaultdict

KINDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cacheRead": "cache_read_input_token_cost",
    "cacheWrite": "cache_creation_input_token_cost",
    "cacheWrite1h": "cache_creation_input_token_cost_above_1hr",
}


def price_of_litellm(data):
    def group(suffix):
        found = {kind: data[key + suffix] * 1e6 for kind, key in KINDS.items() if data.get(key + suffix) is not None}
        return {kind: round(price, 9) for kind, price in found.items()}

    groups = {"": group("")}
    for name, suffix in [("batch", "_batches"), ("flex", "_flex"), ("priority", "_priority")]:
        groups[name] = group(suffix)
    for key in data:
        if found := re.fullmatch(r"input_cost_per_token_above_(\d+)k_tokens", key):
            groups[f"above={int(found[1]) * 1000}"] = group(f"_above_{found[1]}k_tokens")
    return {name: prices for name, prices in groups.items() if prices}


def price_of_pi(data):
    def group(cost):
        # Four zeros are no prices, and a cache write of 0 may be either.
        return {kind: cost[kind] for kind in ("input", "output", "cacheRead", "cacheWrite") if cost.get(kind)}

    groups = {"": group(data["cost"])}
    for step in data["cost"].get("tiers", []):
        groups[f"above={step['inputTokensAbove']}"] = group(step)
    return {name: prices for name, prices in groups.items() if prices}


def ratio(prices, base):
    """By what factor `prices` are `base`, when it is the same for each that both have."""
    found = set()
    for name, group in prices.items():
        for kind, price in group.items():
            of = base.get(name, {}).get(kind)
            if of:
                found.add(round(price / of, 3))
            elif price:
                return None
    return found.pop() if len(found) == 1 else None


def number(price):
    return f"{price:.9f}".rstrip("0").rstrip(".") if price else "0"


def price_line(key, groups):
    listed = lambda group: [number(group[kind]) if kind in group else "-" for kind in KINDS]
    rest = []
    for name, group in groups.items():
        if name:
            name, equals, step = name.partition("=")
            prices = listed(group)
            while prices[-1] == "-":
                prices.pop()
            rest.append(f"{name}={step + ':' if equals else ''}{','.join(prices)}")
    return " ".join([key, *listed(groups.get("", {})), *rest])


def price_rows(family):
    """The lines of a family: its own, then those of places where it costs something else."""
    known = defaultdict(dict)
    for one in family.pi:
        known[one.geography, one.region]["pi"] = price_of_pi(one.data)
    for one in family.litellm:
        if one.rank < 3 or not known.get((one.geography, one.region), {}).get("litellm"):
            if "litellm" not in known[one.geography, one.region]:
                known[one.geography, one.region]["litellm"] = price_of_litellm(one.data)
    prices, differences = {}, []
    for place, said in known.items():
        pi, litellm = said.get("pi", {}), said.get("litellm", {})
        merged = {name: dict(group) for name, group in (litellm or pi).items()}
        for kind, price in pi.get("", {}).items():
            theirs = litellm.get("", {}).get(kind)
            if litellm and theirs is not None and abs(theirs - price) > 1e-6 * price:
                differences.append((place, kind, price, theirs))
            elif litellm and theirs is None:
                merged.setdefault("", {})[kind] = price
        if merged.get("", {}).get("input"):
            prices[place] = merged
    for row in family.rows:
        for kind in KINDS:
            if f"price.{kind}" in row:
                for merged in prices.values():
                    merged[""][kind] = row[f"price.{kind}"]
    if not prices:
        return [], differences
    base_place = next((place for place in [("", ""), ("global", ""), ("us", "")] if place in prices), min(prices))
    base = prices[base_place]
    lines = [price_line(family.name, base)]
    for place in sorted(prices):
        geography, region = place
        key = f"{geography + '.' if geography else ''}{family.name}{'@' + region if region else ''}"
        factor = ratio(prices[place], base)
        if place != base_place and factor != 1:
            lines.append(f"{key} x{number(factor)}" if factor else price_line(key, prices[place]))
    return lines, differences
