"""The false sentences of the verifier's labelled set, made from the true ones.

Each has one thing changed. Numbers, dates, names and negations are changed by rule, the same at
each run; who speaks and who does what to whom are changed along what `true.jsonl` says of a
sentence ("speaker", "swap"), or were written by hand ("relation.jsonl"). The result stands in
`tests/verifier/false.jsonl`, where it can be read.

    python -m benchmarks.verifier_set
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT

FOLDER = ROOT / "tests" / "verifier"
Item = dict[str, Any]

_MONTHS = "January February March April May June July August September October November".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_POOLS = [
    pool.split(", ")
    for pool in (
        "Zelensky, Zelenskyy, Zelenskiy, Putin, Trump, Macron, Tusk, Lavrov, Peskov, Meloni, "
        "Ischinger, Gerasimov, Scholz, Starmer",
        "Ukraine, Russia, Poland, Italy, Germany, France, Britain, Portugal, Canada, Brazil, "
        "Iran, Syria, Egypt, Israel, Algeria, South Africa, Spain, Turkey",
        "Moscow, Kyiv, Kiev, Washington, Berlin, Paris, Davos, Novgorod, Odesa, Donetsk, Madrid",
        "Karlsund, Storvik, Lindö, Marden, Ghent, Porto, Leeds, Bristol, Chile, Lauf, Oslo, Lyon",
        "Norrline, Delmart, Ukrinform, Bloomberg, Reuters, Toyota, Nissan, Harrods, BSkyB, ABC, "
        "CBS, NBC, ENR, Virgin Media, Siemens, Philips",
        "Petra Lindqvist, Jonas Berg, Eva Strand, Amara Osei, Rafael Duarte, Nora Peeters, "
        "Tom Claes, Sofie Maes, Hilde Jacobs, Greta Holt, Simon Aldous, Anna Verity, Paul Imre, "
        "Luc Van Damme, Karl Olsen",
        "Lindqvist, Berg, Strand, Osei, Duarte, Peeters, Claes, Maes, Jacobs, Holt, Aldous, "
        "Verity, Imre, Olsen",
        "Simon, Nixon, Noble, Goldenson, Robert Kintner, Pittard Sullivan, Steven Moffat, "
        "Dudley Simpson, Trevor Martin, David Banks, Pertwee, Aristotle, Faraday, Maxwell, "
        "William Trent, Dinwiddie, Contrecœur, Newcastle, Temüjin, Jamukha, Hulagu Khan, "
        "Fielding H. Garrison, James Hutton, Hutton, Lefevre, Mackinder, Ratzel, Hadrian, "
        "Paul Gascoigne, Priestley, Antoine Lavoisier, James Dewar, Carl von Linde, "
        "William Hampson, Charles Richard, Henry Cole, Chris Smith, John Sheepshanks, Isabel, "
        "Genghis Khan, Börte, Susan Foreman, Edward Said, Trevelyan",
        "Virginia, England, Edinburgh, Fresno, London, Warsaw, Tibet, Persia, Vienna, Dublin",
    )
]
_SPEAKERS = {
    "000": "Trump, Putin, Macron, Tusk",
    "001": "Trump, Putin, Lavrov, Macron, Tusk, Zelensky",
    "002": "Trump, Putin, Tusk, Zelenskiy, Macron",
    "003": "Trump, Putin, Meloni, Ischinger, Zelenskyy",
    "004": "Trump, Putin, Gerasimov, Peskov, Macron, Zelenskyy",
    "fer": "Lindqvist, Berg, Strand, the union",
    "obs": "Osei, Duarte",
    "bak": "Peeters, Claes, Maes, Hilde Jacobs",
    "bri": "Holt, Aldous, Verity, Imre",
    "197": "Nixon, William E. Simon",
    "Doc": "Dudley Simpson, Trevor Martin",
    "For": "Isaac Newton, Aristotle, Maxwell",
    "Geo": "James Hutton, Charles Darwin",
    "Imp": "Mackinder, Edward Said",
    "Sky": "Virgin Media, Setanta Sports",
    "Tea": "The Church, The UN",
}
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|may|might|must|should|did|does|do)\b"
    r"(?! (?:to|no|not)\b)(\s+not\b)?"
)
_DROP_NOT = re.compile(r"\b(cannot|not|never)\s")
_DROP_NO = re.compile(r"\b(is|are|was|were|had|has|said there was|found) no (?!more|less)\b")
_HAVING = re.compile(
    r"\b(?:has|have|had) (?!been\b|\w+ed\b|already|first|bought|said)(?=a |the |\d)"
)
_PAST = {
    "said": "say", "told": "tell", "spoke": "speak", "began": "begin", "struck": "strike",
    "took": "take", "gave": "give", "made": "make", "led": "lead", "sued": "sue", "lost": "lose",
    "wrote": "write", "held": "hold", "found": "find", "became": "become", "kept": "keep",
    "died": "die", "moved": "move", "used": "use", "coined": "coin", "opened": "open",
    "named": "name", "caused": "cause", "raised": "raise", "released": "release",
    "believed": "believe", "argued": "argue", "refused": "refuse", "replaced": "replace",
    "proposed": "propose", "announced": "announce", "declared": "declare", "revealed": "reveal",
    "denied": "deny", "admitted": "admit", "rejected": "reject", "blamed": "blame",
    "accused": "accuse", "explained": "explain", "collected": "collect", "supported": "support",
    "surprised": "surprise", "ordered": "order", "covered": "cover", "presented": "present",
    "published": "publish", "launched": "launch", "stood": "stand", "demonstrated": "demonstrate",
    "affected": "affect", "abolished": "abolish", "removed": "remove", "lived": "live",
    "developed": "develop", "agreed": "agree", "warned": "warn", "confirmed": "confirm",
    "reported": "report", "called": "call", "suggested": "suggest", "claimed": "claim",
    "indicated": "indicate", "welcomed": "welcome", "dismissed": "dismiss", "failed": "fail",
    "compiled": "compile", "introduced": "introduce", "married": "marry", "needed": "need",
    "predicted": "predict", "appeared": "appear", "voted": "vote", "cost": "cost",
    "employs": "employ", "hopes": "hope", "wants": "want", "contains": "contain",
    "produces": "produce", "lasts": "last", "covers": "cover", "offers": "offer",
    "weighs": "weigh", "runs": "run", "describes": "describe", "makes": "make", "needs": "need",
    "reaches": "reach", "takes": "take",
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.,–-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w–-])")
_UNNATURAL = (  # what the rules make of these is no sentence, or not false
    "did not name Susan", "hopes to have not", "Whether the documents are not", "not perhaps",
    "have yet received", "has yet received", "There was sign",
    "1991 to 1991",
)  # fmt: skip
_SPELLED = "two three four five six seven eight nine ten eighteen".split()


def main() -> None:
    """Write `false.jsonl`."""
    true = read(FOLDER / "true.jsonl")
    false = [item for one in true for item in changed(one)]
    false += [{**item, "kind": "relation"} for item in read(FOLDER / "relation.jsonl")]
    seen = {item["sentence"] for item in true}
    lines: list[str] = []
    for number, item in enumerate(false):
        if item["sentence"] in seen or any(words in item["sentence"] for words in _UNNATURAL):
            continue
        seen.add(item["sentence"])
        keys = ("file", "paragraph", "kind", "sentence", "from")
        plain = {"id": f"f{number:04}"} | {key: item[key] for key in keys if key in item}
        lines.append(json.dumps(plain, ensure_ascii=False))
    (FOLDER / "false.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def read(path: Path) -> list[Item]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def changed(item: Item) -> Iterator[Item]:
    """The false sentences made from a true one."""
    text = item["sentence"]
    dice = random.Random(item["id"])
    for kind, make in (
        ("number", _numbers),
        ("date", _dates),
        ("name", _names),
        ("negation", _negations),
    ):
        for other in make(text, dice):
            yield {**item, "kind": kind, "sentence": _capital(other), "from": item["id"]}
    if "speaker" in item:
        for other in _speakers(item, dice):
            yield {**item, "kind": "speaker", "sentence": _capital(other), "from": item["id"]}
    if "swap" in item:
        one, two = item["swap"]
        swapped = re.sub(
            rf"{re.escape(one)}|{re.escape(two)}",
            lambda match: two if match.group() == one else one,
            text,
        )
        yield {**item, "kind": "relation", "sentence": _capital(swapped), "from": item["id"]}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _is_date(text: str, start: int, end: int) -> bool:
    number = text[start:end]
    if re.fullmatch(r"1[0-9]{3}|20[0-3][0-9]", number):
        return not re.match(r"\s+(?:km|square|people)", text[end:])
    around = text[max(0, start - 12) : end + 12]
    return any(re.search(rf"\b{month}\b", around) for month in [*_MONTHS, "December"])


def _numbers(text: str, dice: random.Random) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if _is_date(text, start, end) or text[:start].endswith(("HD ", "Interstate ", "Route ")):
            continue
        for _ in range(2):
            yield text[:start] + _other_number(match.group(), dice) + text[end:]
    for match in re.finditer(rf"\b(?:{'|'.join(_SPELLED)})\b", text):
        other = dice.choice([word for word in _SPELLED if word != match.group()])
        yield text[: match.start()] + other + text[match.end() :]


def _other_number(number: str, dice: random.Random) -> str:
    digits = [at for at, c in enumerate(number) if c.isdigit()]
    at = dice.choice(digits[: max(1, len(digits) - 1)])
    low = 1 if at == 0 else 0
    new = dice.choice([d for d in range(low, 10) if d != int(number[at])])
    return number[:at] + str(new) + number[at + 1 :]


def _dates(text: str, dice: random.Random) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if not _is_date(text, start, end):
            continue
        number = int(match.group())
        if number > 31:
            other = number + dice.choice([-30, -9, -2, -1, 1, 2, 3, 10, 40])
        else:
            other = dice.choice([day for day in range(1, 29) if day != number])
        yield f"{text[:start]}{other}{text[end:]}"
    for names in (_MONTHS, _DAYS):
        for match in re.finditer(rf"\b(?:{'|'.join(names)}|December)\b", text):
            if match.group() == "December" and names is _DAYS:
                continue
            for _ in range(2):
                other_name = dice.choice([name for name in names if name != match.group()])
                yield text[: match.start()] + other_name + text[match.end() :]


def _names(text: str, dice: random.Random) -> Iterator[str]:
    made = 0
    for pool in _POOLS:
        for name in sorted(pool, key=len, reverse=True):
            found = list(re.finditer(rf"(?<![\w.] )\b{name}\b(?! [A-Z][a-z])|^{name}\b", text))
            if not found or made == 2:
                continue
            same = {"Zelensky", "Zelenskyy", "Zelenskiy"}, {"Kyiv", "Kiev"}
            taken = {n for n in pool if n in text} | {name}
            for group in same:
                taken |= group if group & taken else set()
            others = [n for n in pool if n not in taken]
            made += 1
            yield re.sub(rf"\b{name}\b", dice.choice(others), text)


def _negations(text: str, dice: random.Random) -> Iterator[str]:
    made: list[str] = []
    if match := _DROP_NO.search(text):
        made.append(text[: match.start()] + match.group()[: -len(" no ")] + text[match.end() - 1 :])
    elif match := _DROP_NOT.search(text):
        made.append(_without_not(text, match))
    for match in _AUXILIARY.finditer(text):
        if not match[2] and not _HAVING.match(text, match.start()) and not made:
            negated = "cannot" if match[1] == "can" else f"{match[1]} not"
            made.append(text[: match.start()] + negated + text[match.end() :])
    for match in re.finditer(rf"\b(?:{'|'.join(_PAST)})\b", text):
        before = text[: match.start()].split()
        aux = before and before[-1] in (
            "is are was were be been had has have not to be an a and Only the first".split()
        )
        if aux or len(made) >= 1:
            continue
        do = "does" if match.group().endswith("s") else "did"
        made.append(f"{text[: match.start()]}{do} not {_PAST[match.group()]}{text[match.end() :]}")
    yield from made[:1]


def _without_not(text: str, match: re.Match[str]) -> str:
    if match.group(1) == "cannot":
        return f"{text[: match.start()]}can {text[match.end() :]}"
    before = text[: match.start()]
    do = re.search(r"\b(did|does|do) $", before)
    if do is None:
        return before + text[match.end() :]
    return before + text[match.end() :]  # "did reveal": emphatic, and still English


def _speakers(item: Item, dice: random.Random) -> Iterator[str]:
    text, speaker = item["sentence"], item["speaker"]
    pool = _SPEAKERS.get(item["file"][:3], "").split(", ")
    last = speaker.split()[-1]
    others = [n for n in pool if n and n.split()[-1] not in text and n.split()[-1][:6] != last[:6]]
    if "Ukrainian president" in speaker:
        others = [n for n in others if not n.startswith("Zelensk")]
    dice.shuffle(others)
    for other in others[:2]:
        yield re.sub(rf"\b{re.escape(speaker)}\b", other, text)


if __name__ == "__main__":
    main()
