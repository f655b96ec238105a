"""The families: what the sources say of each, which of it is taken, and how a row of the table spells it."""

import pathlib
import re
import string
from collections import Counter

from catalogues import GEOGRAPHIES, first, from_litellm, from_pi, words

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMITS = ["contextWindow", "maxOutput"]
# The members of `Family`, in the order of their letters, which src/lore/family/read.rs lists; the first four are columns.
MEMBERS = re.search(r'FAMILY_MEMBERS: &str = "(.*?)";', (ROOT / "src/lore/family/read.rs").read_text(), re.S)[1]
MEMBERS = MEMBERS.replace("\\\n", " ").split()
COLUMNS = MEMBERS[:4]
LETTERS = dict(zip(MEMBERS, string.ascii_letters.swapcase()))
# The letters of modalities and geographies in the columns: src/lore/family/table.rs.
MODALITIES = dict(zip("text image document video audio speech embedding".split(), "tidvase"))
GEOGRAPHY_LETTERS = dict(zip(GEOGRAPHIES, "uepjaicgvmxsdlf"))


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def choose(member, pi, litellm, output):
    """Which of two values to take, and why."""
    if member == "contextWindow":
        close = lambda one, other: abs(one - other) < 0.07 * max(one, other)
        if litellm < pi and output and close(litellm + output, pi):
            return pi, "litellm's is the input alone, without the output"
        if close(pi, litellm):
            return pi, "litellm's is rounded"
        return min(pi, litellm), "the smaller: what exceeds the true window fails"
    if member == "maxOutput":
        return min(pi, litellm), "the smaller: a maximum above the true one is refused"
    if member == "input":
        return words(set(pi.split(",")) | set(litellm.split(",")), "text image document video audio"), "what either lists"
    return litellm, "litellm's: it is checked against the service"


class Family:
    """All that is known of one family."""

    def __init__(self, name, pi, litellm, rows):
        self.name, self.pi, self.litellm, self.rows = name, pi, litellm, rows
        self.members, self.sources, self.differences = {}, set(), []
        self.said = {"pi": from_pi(pi) if pi else {}, "litellm": from_litellm(litellm) if litellm else {}}

    def merge(self, shares):
        self.likes = [like for row in self.rows for like in row.get("like", [])]
        checked = {}
        for like in self.likes:
            checked |= resolved(shares, like)
        for row in self.rows:
            checked |= members(row)
        self.checked = checked
        pi, litellm = self.said["pi"], self.said["litellm"]
        output = checked.get("maxOutput") or pi.get("maxOutput")
        for member in MEMBERS:
            values = {"checked": checked.get(member), "pi": pi.get(member), "litellm": litellm.get(member)}
            values = {source: value for source, value in values.items() if value is not None}
            if not values:
                continue
            why = ""
            if "checked" in values:
                value, source, why = values["checked"], "checked", "checked by hand"
            elif len(values) == 2 and values["pi"] != values["litellm"]:
                value, why = choose(member, values["pi"], values["litellm"], output)
                source = next((source for source in ("pi", "litellm") if values[source] == value), "pi")
            else:
                source, value = next(iter(values.items()))
            self.members[member] = value
            if member in LIMITS:
                self.sources.add(source)
            # A catalogue that does not mention documents does not deny them.
            differ = {text(value) for source, value in values.items()}
            if len(differ) > 1 and not (member == "input" and all(set(text(v).split(",")) <= set(text(value).split(",")) for v in values.values())):
                self.differences.append((member, values, value, why))
        geographies = {one.geography for one in self.pi + self.litellm} - {""}
        # litellm derives `apac.` ids from others; of Claude since 4.5 there are none.
        if self.pi and "apac" not in {one.geography for one in self.pi}:
            geographies -= {"apac"}
        if geographies and "profiles" not in self.members:
            self.members["profiles"] = words(geographies, " ".join(GEOGRAPHIES))

    def row(self, shares):
        shared = {}
        for like in self.likes:
            shared |= resolved(shares, like)
        letters = lambda member, known: "".join(known[name] for name in self.members[member].split(",")) if member in self.members else "-"
        columns = [short_number(self.members[member]) if member in self.members else "-" for member in LIMITS]
        columns += [letters("input", MODALITIES), letters("profiles", GEOGRAPHY_LETTERS)]
        rest = [word(member, self.members[member]) for member in MEMBERS[4:] if member in self.members and shared.get(member) != self.members[member]]
        return [self.name, *columns, *(f"@{like}" for like in self.likes), *rest]

    def about(self, labels, catalogues):
        own = [row for row in self.rows if members(row) or row.get("like")]
        date = max((row["date"] for row in own), default=catalogues["date"])
        sources = [labels[row["source"]] for row in own] + [source for source in ("pi", "litellm") if getattr(self, source)]
        end = first([one for one in self.litellm if one.rank < 2], "deprecation_date") or "-"
        names = [re.sub(r"\s*\([^)]*\)$", "", one.data["name"]) for one in self.pi]
        return " ".join([self.name, date, ",".join(dict.fromkeys(sources)), end, min(names, key=len, default="")]).rstrip()


def word(member, value):
    """A member as a row of the table spells it."""
    letter = LETTERS[member]
    if isinstance(value, bool):
        return letter if value else f"!{letter}"
    return f"{letter}={value}"


def short_number(tokens):
    for unit, of in [("k", 1000), ("K", 1024)]:
        if tokens % of == 0:
            return f"{tokens // of}{unit}"
    return str(tokens)


def shorten(rows, shares):
    """Gives words that many rows have a line of their own, which the rows then refer to."""
    counts = Counter(word for row in rows for word in row[5:] if not word.startswith("@"))
    common = [word for word, times in counts.most_common() if times * (len(word) - 4) > len(word) + 8]
    names = {}
    for word in sorted(common):
        # Initials, so that a new word leaves the names of the others alone.
        initials = "@" + "".join(part[0] for part in re.split(r"[^A-Za-z0-9]+", word) if part)
        while initials in names.values() or initials[1:] in shares:
            initials += "_"
        names[word] = initials
    lines = [f"{name} {word}" for word, name in names.items()]
    return lines, [" ".join(names.get(word, word) for word in row) for row in rows]


def members(row):
    if "reasoning" in row:
        row = {**row, "reasoning.supported": row["reasoning"]}
    return {member: row[member] for member in MEMBERS if member in row}


def resolved(shares, name):
    share, all_members = shares[name], {}
    for like in share.get("like", []):
        all_members |= resolved(shares, like)
    return all_members | members(share)
