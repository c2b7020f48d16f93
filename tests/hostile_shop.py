"""A made-up shop whose texts are hostile and whose customers have names, addresses and numbers to call."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cxlab.simulate import plant_truth, read_settings, simulate_shop, write_shop
from tests import hostile
from tests.hostile import PAYLOADS

_KINDS = (hostile.FORMULA, hostile.MARKDOWN, hostile.SVG, hostile.CSS, hostile.ATTRIBUTE, hostile.SCRIPT)
_IN_TURN = (text for of_a_kind in zip_longest(*_KINDS) for text in of_a_kind if text)
ONE_LINE = tuple(p for p in _IN_TURN if p == " ".join(p.split()) and "\ufeff" not in p and len(p) < 80)
"""Those that a file may hold as a name without its being tidied or cut, one of each kind in turn."""
_TEXTS = {
    "orders": ("channel", "category", "store"),
    "gestures": ("kind",),
    "assignments": ("arm", "stratum"),
    "feedback": ("touchpoint", "employee", "store"),
    "incidents": ("kind",),
    "events": ("step", "channel"),
}
_IDS = {"referrals": ("referrer_id", "referred_id")}
_FAULTS = 60


OF_SOMEBODY = re.compile(r"\bKx[a-z]{8}-\d|@mail-|[a-z]q [A-Z][a-z]{3}xen\b|\+358 40 7|Please ring \w")
"""What every text by which a customer would be recognised holds, and nothing else does."""


@dataclass(frozen=True)
class Person:
    """What is planted of a customer; `known_by` is the id, `named` how the files call the customer beside it."""

    known_by: str
    name: str
    mail: str
    phone: str
    said: str

    @property
    def told(self) -> tuple[str, ...]:
        """Each text by which the customer would be recognised."""
        return self.known_by, self.name, self.mail, self.phone, self.said


@dataclass(frozen=True)
class HostileShop:
    """The study's folder, its people, and the texts that stand in it by column, as `orders.category`."""

    folder: Path
    people: tuple[Person, ...]
    texts: dict[str, list[str]]


def person(i: int) -> Person:
    """Make up somebody: no two share a text, and nothing of it is a word of the kit."""
    letters = "".join("bdfgklmnprstvz"[i // 14**k % 14] + "aeiou"[(i + k) % 5] for k in range(4))
    name = f"{letters[:4].capitalize()}q {letters[4:].capitalize()}xen"
    mail = f"{letters}.{i}@mail-{letters[:3]}.example"
    known_by = mail if i % 2 else f"Kx{letters}-{i}"
    return Person(known_by, name, mail, f"+358 40 {7_000_000 + 37 * i}", f"Please ring {letters}q at home")


def write_hostile_shop(folder: Path, *, customers: int = 200) -> HostileShop:
    """Write the study; every other customer's id is a mail address."""
    settings = read_settings(None, customers=customers, seed=3, name="hostile")
    shop = simulate_shop(settings)
    write_shop(shop, plant_truth(shop), folder)
    study: dict[str, Any] = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in study["sources"]}
    ids = sorted({one for table in tables.values() if "customer_id" in table for one in table["customer_id"].dropna()})
    people = {one: person(i) for i, one in enumerate(ids)}
    own = {one: p.known_by for one, p in people.items()}
    payloads, texts = iter(ONE_LINE), dict[str, list[str]]()
    arms: dict[str, str] = {}
    for name, table in tables.items():
        whose = table["customer_id"].map(people) if "customer_id" in table else None
        for column in _IDS.get(name, ("customer_id",)):
            table[column] = table[column].map(
                lambda one: own.get(one) or person(10_000 + int(one)).known_by, na_action="ignore"
            )
        for column in _TEXTS.get(name, ()):
            new = {old: next(payloads) for old in sorted(table[column].dropna().unique())}
            table[column] = table[column].map(new)
            texts[f"{name}.{column}"] = list(new.values())
            arms |= new if column == "arm" else {}
            if column == "step":
                visits = study["sources"]["events"]
                visits |= {"steps": [new[step] for step in visits["steps"]], "purchase": [new[visits["purchase"]]]}
        if whose is not None:
            table["Asiakkaan nimi"] = whose.map(lambda p: p.name, na_action="ignore")
            table["Sähköposti"] = whose.map(lambda p: p.mail, na_action="ignore")
            table["Puhelin"] = whose.map(lambda p: p.phone, na_action="ignore")
            table["sanoi"] = whose.map(lambda p: p.said, na_action="ignore")
            table[next(payloads)] = [f"{PAYLOADS[i % len(PAYLOADS)]} no. {i}zq" for i in range(len(table))]
    bad = tables["orders"].tail(_FAULTS).assign(ordered_at=list(ONE_LINE[-_FAULTS:]))
    tables["orders"] = pd.concat([tables["orders"], bad])
    heads = {column: next(payloads) for column in ("category", "ordered_at", "store")}
    tables["orders"] = tables["orders"].rename(columns=heads)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    texts["orders.headings"] = list(heads.values())
    trial = study["sources"]["assignments"]
    trial["control"] = arms[trial["control"]]
    trial["allocation"] = {arms[arm]: share for arm, share in trial["allocation"].items()}
    study["sources"]["orders"]["columns"] = heads
    study["title"] = texts["title"] = next(payloads)
    texts["title"] = [study["title"]]
    study["parameters"] |= {"max_reject_share": 0.2}
    (folder / "study.yml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return HostileShop(folder, tuple(people.values()), texts)
