"""When an article is of: what its file says, else its name, else its dateline.

A date is the day as it is written, in the writer's own time zone: nothing depends on where or
when the index is made. English, German, Spanish, French, Italian, Portuguese, Dutch, Swedish,
Danish, Norwegian, Polish, Turkish, Russian, Ukrainian and Arabic month names; where day and month
cannot be told apart (03/04/2025) there is no date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from index.models import Kind, Paragraph

_NAMES = (
    "january jan januar jänner enero ene janvier janv gennaio gen janeiro января янв "
    "januari stycznia ocak січня يناير",
    "february feb februar febrero février févr febbraio fevereiro fev февраля фев "
    "februari lutego şubat лютого فبراير",
    "march mar märz mrz marzo mars março марта мар maart marca mart березня مارس",
    "april apr abril abr avril avr aprile апреля апр kwietnia nisan квітня أبريل",
    "may mai mayo maggio mag maio мая mei maj maja mayıs травня مايو",
    "june jun juni junio juin giugno giu junho июня июн czerwca haziran червня يونيو",
    "july jul juli julio juillet juil luglio lug julho июля июл lipca temmuz липня يوليو",
    "august aug agosto ago août agosto августа авг augustus augusti sierpnia ağustos серпня أغسطس",
    "september sep sept septiembre septembre settembre set setembro сентября сен "
    "września eylül вересня سبتمبر",
    "october oct oktober okt octubre octobre ottobre ott outubro out октября окт "
    "października ekim жовтня أكتوبر",
    "november nov noviembre novembre novembro ноября ноя listopada kasım листопада نوفمبر",
    "december dec dezember dez diciembre dic décembre déc dicembre dezembro декабря дек "
    "desember grudnia aralık грудня ديسمبر",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"[0-3]?\d"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    rf"(?:(?<![\w.:/-])|(?<=[\u3040-\u30ff\u4e00-\u9fff]))(?:"
    rf"(?P<y1>{_YEAR})(?P<s1>[-/.])(?P<m1>[01]?\d)(?P=s1)(?P<d1>{_DAY})(?![\d])"
    rf"|(?P<y2>{_YEAR})(?P<m2>[01]\d)(?P<d2>[0-3]\d)(?!\d)"
    rf"|(?P<d3>{_DAY})(?:st|nd|rd|th|er|\.|º|-го)?[\s-]+(?:of\s+|de\s+)?(?P<n3>{_MONTH})\b\.?"
    rf"(?:,?[\s-]+(?:de\s+)?(?P<y3>{_YEAR}))?"
    rf"|(?P<n4>{_MONTH})\b\.?\s+(?P<d4>{_DAY})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y4>{_YEAR})\b)?"
    rf"|(?P<d5>{_DAY})\.\s?(?P<m5>[01]?\d)\.\s?(?P<y5>{_YEAR})(?!\d)"
    rf"|(?P<a6>{_DAY})(?P<s6>[-/])(?P<b6>{_DAY})(?P=s6)(?P<y6>{_YEAR})(?!\d)"
    rf"|(?P<y7>{_YEAR})\s?[年년]\s?(?P<m7>[01]?\d)\s?[月월]\s?(?P<d7>{_DAY})\s?[日일]"
    rf"|(?P<m8>[01]?\d)月(?P<d8>{_DAY})日"
    rf")",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T\d{4,6}.*)?")

_IN_NAME = re.compile(
    r"(?<![0-9A-Za-z])((?:19|20)\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?=[^0-9A-Za-z]|T\d|$)"
)
_YEAR_IN_NAME = re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d\d)(?![0-9A-Za-z])")

_LABELS = (
    r"published|posted|publication date|date published|issued|released|release date|"
    r"for immediate release|date|updated|"
    r"veröffentlicht|erschienen|stand|datum|publicado|fecha|publié|mis en ligne|date de parution|"
    r"pubblicato|data|опубликовано|дата|опубліковано|gepubliceerd|publicerad|opublikowano|yayınlandı"
)
_LABEL = re.compile(
    rf"(?:^|[|·•(\[–—/-])\W*(?:first\s+|last\s+|originally\s+)?(?:{_LABELS})\b[^.!?]{{0,30}}?$",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:updated|modified|aktualisiert|actualizado|mis à jour|обновлено)\b", re.I)
_CAPITAL = r"(?-i:[^\W\d_a-zß-ÿа-я][\w.’'-]*)"
_PLACE = rf"{_CAPITAL}(?:[ /-]{_CAPITAL}){{0,3}}"
_AGENCY = r"(?:\([^()]{2,25}\)|/[\w .-]{2,25}/)"
_BEFORE_DATELINE = re.compile(
    rf"(?:{_PLACE}(?:,\s*{_PLACE}){{0,2}}\s*(?:,\s*|\.\s+|{_AGENCY}[,\s–—-]*|[/–—-]+\s*)"
    r"|[\u4e00-\u9fff]{2,12})?"  # 新华社北京1月6日电
)
_AFTER_DATELINE = re.compile(
    rf"[电電讯]|\s*(?:г(?:ода|\.)?)?[,.]?\s*(?:{_AGENCY}\s*[-–—:.]*|[-–—]+\s|\.\s[-–—]+\s|:\s"
    rf"|[A-ZА-Я][\w.]{{2,20}}(?:\s[A-ZА-Я][\w.]*)?\s[-–—]\s)"
)
_DATELINE_WITHIN = 90  # characters
# What may stand on a line beside the day of an article: any other word says what else was then.
_BESIDE = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?\b|"
    r"\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|"
    r"(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|"
    r"понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    r"понеділок|вівторок|середа|четвер|пʼятниця|п'ятниця|субота|неділя|"
    r"maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|"
    r"poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela)\b\.?|"
    r"[(（]?[月火水木金土日一二三四五六]曜?[)）]|"
    r"\d{1,2}[時时시点點]\s?(?:\d{1,2}\s?[分분])?|"
    r"\d{1,2}[:.h]\d\d(?::\d\d)?|[+-]\d\d:?\d\d|\b\d+\s*-?\s*min(?:ute)?s?(?:\s+read)?\b|"
    r"\b(?:[ap]\.?m\b\.?|uhr|at|on|um|am|den|de|del|el|las|à|le|alle|ore|kl|в|о|om|"
    r"г|года|року|roku|r|(?-i:[A-Z]{2,4})(?:[+-]\d{1,2}(?::\d\d)?)?)\b|"
    r"来源\s?[:：]\s?\S+",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(rf"{_PLACE}(?:,\s*{_PLACE}){{0,2}},\s*")
_LONGEST_LABELLED = 160  # characters
_LEAST_BODY = 60  # characters of what is no lead
_FIRST, _LAST = 12, 6  # paragraphs looked at


def article_date(
    name: str,
    text: str,
    paragraphs: Sequence[Paragraph],
    *,
    stated: str = "",
    created: str = "",
) -> str | None:
    """The day of an article as YYYY-MM-DD; None if nothing tells it.

    Args:
        name: of its file, with folders.
        text: of the article.
        paragraphs: with their kinds.
        stated: the date of publication that the file gives.
        created: when the file was made, as it says: asked last.
    """
    made = parse_date(created)
    years = [int(year) for year in _YEAR_IN_NAME.findall(name)]
    found = (
        parse_date(stated)
        or _date_in_name(name)
        or _dateline(text, paragraphs, years[-1] if years else None, made)
        or made
    )
    return found.isoformat() if found else None


def parse_date(text: str) -> date | None:
    """The first day that a text names in full; of one with a time zone, the day as written.

    >>> parse_date("2025-12-30T23:30:00-05:00")
    datetime.date(2025, 12, 30)
    """
    text = text.strip()
    for pattern in (_ISO, _PDF_DATE, _COMPACT):
        if match := pattern.match(text):
            return _make(*map(int, match.groups()))
    return next((found for _, _, found in _dates(text, None, None)), None)


def _date_in_name(name: str) -> date | None:
    """The last date in a path: a folder may have that of a month or a year."""
    found = [
        _make(int(match[1]), int(match[3]), int(match[4])) for match in _IN_NAME.finditer(name)
    ]
    day = next((day for day in reversed(found) if day), None)
    return day or next((day for _, _, day in _dates(_words_of_name(name), None, None)), None)


def _words_of_name(name: str) -> str:
    """The name of a file as one would write it: "loan_6_January_2026.txt"."""
    return name.rpartition("/")[2].rpartition(".")[0].replace("_", " ")


def is_date_line(line: str) -> bool:
    """Whether a line tells the day of what it stands in, or the minutes it takes, and no more."""
    if len(line) > _LONGEST_LABELLED:
        return False
    if re.search(r"\d", line) and not re.search(r"\w", _BESIDE.sub(" ", line)):
        return True
    return any(
        _is_alone(line, start, end) or _LABEL.search(line[:start])
        for start, end, _ in _dates(line, None, None)
    )


def _dateline(
    text: str, paragraphs: Sequence[Paragraph], year: int | None, made: date | None
) -> date | None:
    """A date that the article puts on itself: above, at the start of, or below its body.

    One that is labelled comes before a dateline, and that before a line with nothing but a date,
    which may be a heading where several stand between the paragraphs.
    """
    body = [
        i
        for i, paragraph in enumerate(paragraphs)
        if paragraph.kind is Kind.BODY and paragraph.end - paragraph.start >= _LEAST_BODY
    ]
    first, last = (body[0], body[-1]) if body else (len(paragraphs), len(paragraphs))
    dateline: date | None = None
    alone: date | None = None
    updated: date | None = None
    is_headed_by_days = False
    for place, paragraph in enumerate(paragraphs):
        if _FIRST <= place < len(paragraphs) - _LAST:
            continue
        line = text[paragraph.start : min(paragraph.end, paragraph.start + _LONGEST_LABELLED + 1)]
        for start, end, day in _dates(line, year, made):
            before = line[:start]
            if _LABEL.search(before) or (paragraph.kind is Kind.BYLINE and first >= place):
                if not _LATER.search(before):
                    return day
                updated = updated or day
            elif place <= first and _opens(line, start, end):
                dateline = dateline or day
            elif _is_alone(line, start, end):
                if first < place < last:
                    is_headed_by_days = True
                else:
                    alone = alone or day
    return dateline or (None if is_headed_by_days else alone) or updated


def _opens(line: str, start: int, end: int) -> bool:
    """Whether a date is in the dateline with which a body begins."""
    return (
        end <= _DATELINE_WITHIN
        and _BEFORE_DATELINE.fullmatch(line[:start]) is not None
        and _AFTER_DATELINE.match(line, end) is not None
    )


def _is_alone(line: str, start: int, end: int) -> bool:
    """Whether a line is a date, with a weekday, a time or a place beside it at most."""
    if len(line) > _LONGEST_LABELLED:
        return False
    before = (
        _PLACE_BEFORE.sub("", line[:start])
        if _PLACE_BEFORE.fullmatch(line[:start])
        else line[:start]
    )
    return not re.search(r"\w", _BESIDE.sub(" ", f"{before} \n {line[end:]}"))


def _dates(text: str, year: int | None, made: date | None) -> Iterator[tuple[int, int, date]]:
    """The days named in a text: where, and which. One without a year is in `year`, or the last
    such day up to `made`; without either, it is passed over."""
    for match in _DATE.finditer(text):
        day = _day_of(match.groupdict(), year, made)
        if day is not None:
            yield match.start(), match.end(), day


def _day_of(parts: dict[str, str | None], year: int | None, made: date | None) -> date | None:
    for n in "1257":
        if parts[f"y{n}"]:
            return _make(*(int(parts[f"{p}{n}"] or 0) for p in "ymd"))
    if parts["y6"]:
        one, other = int(parts["a6"] or 0), int(parts["b6"] or 0)
        if one > 12:
            return _make(int(parts["y6"]), other, one)
        return _make(int(parts["y6"]), one, other) if other > 12 or one == other else None
    if parts["m8"]:
        month, day, named = int(parts["m8"]), int(parts["d8"] or 0), None
    else:
        n = "3" if parts["n3"] else "4"
        month, day = _MONTHS[(parts[f"n{n}"] or "").lower()], int(parts[f"d{n}"] or 0)
        named = parts[f"y{n}"]
    if named or year:
        return _make(int(named or year or 0), month, day)
    if made is None:
        return None
    found = _make(made.year, month, day)
    return found if found is None or found <= made else _make(made.year - 1, month, day)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1500 <= year <= 2100 else None
    except ValueError:
        return None
