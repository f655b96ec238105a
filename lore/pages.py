"""What people read: the report of a run, and docs/models.md."""

from families import LIMITS, members, text
from prices import number


def report(families, price_differences, priced):
    print("what the sources disagree on:")
    for family in families:
        for member, values, value, why in family.differences:
            said = ", ".join(f"{source} {text(said)}" for source, said in values.items())
            print(f"  {family.name} {member}: {said}: {text(value)} ({why})")
    for name, (geography, region), kind, pi, litellm in price_differences:
        print(f"  {geography or region or '-'} {name} price of {kind}: pi {number(pi)}, litellm {number(litellm)}: litellm's")
    print("what is missing:")
    for family in families:
        gaps = [member for member in LIMITS if member not in family.members]
        gaps += [] if family.name in priced else ["prices"]
        if gaps:
            print(f"  {family.name}: {', '.join(gaps)}")


def document(families, price_differences, prices, catalogues, shares):
    names = {"checked": "checked", "pi": catalogues["pi"], "litellm": catalogues["litellm"]}
    lines = [
        "# What bedrill knows of models",
        "",
        f"As of {catalogues['date']}. `lore/update` writes this page: it merges two public catalogues, {catalogues['pi']} and",
        f"{catalogues['litellm']}, with the rows of `lore/checked.toml`, which were checked by hand and win. What no source says is left out,",
        "and not guessed. `bedrill models known` prints what is compiled in, with the sources and the day of each row; a file for",
        "`--limits` overrides any of it.",
        "",
        "## Windows and outputs",
        "",
        "In tokens.",
        "",
        "| family | context window | maximum output | source |",
        "| --- | ---: | ---: | --- |",
    ]
    for family in families:
        limits = [f"{family.members[member]:,}" if member in family.members else "not known" for member in LIMITS]
        sources = [names[source] for source in ("checked", "pi", "litellm") if source in family.sources]
        lines.append(f"| `{family.name}` | {limits[0]} | {limits[1]} | {'; '.join(sources) or '-'} |")
    lines += [
        "",
        "## Where the sources differ",
        "",
        "| family | what | checked | pi | litellm | taken | why |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    cell = lambda value: text(value).replace(",", ", ") if value is not None else ""
    for family in families:
        for member, values, value, why in family.differences:
            if why == "checked by hand":
                says = [row for row in family.rows if member in members(row)] or [share for like in family.likes for share in [saying(shares, like, member)] if share]
                why = says[-1]["source"] + ", " + says[-1]["date"] if says else why
            said = " | ".join(cell(values.get(source)) for source in ("checked", "pi", "litellm"))
            lines.append(f"| `{family.name}` | {member} | {said} | {cell(value)} | {why} |")
    lines += [
        "",
        "## Where the prices differ",
        "",
        "In USD for a million tokens. litellm's are taken, because it names AWS's own price list as its source.",
        "",
        "| id | what | pi | litellm |",
        "| --- | --- | ---: | ---: |",
    ]
    for name, (geography, region), kind, pi, litellm in price_differences:
        place = f"{geography}.{name}" if geography else name
        lines.append(f"| `{place}`{' in ' + region if region else ''} | {kind} | {number(pi)} | {number(litellm)} |")
    return lines


def saying(shares, name, member):
    """The share that says `member`, nearest to `name`."""
    share = shares[name]
    if member in members(share):
        return share
    return next((found for like in reversed(share.get("like", [])) if (found := saying(shares, like, member))), None)
