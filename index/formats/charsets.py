"""The names of encodings as browsers take them: what a page or mail declares, and what it means.

Programs declare one encoding and write a wider one: "gb2312" with characters of GBK, "shift_jis"
with those of Windows. Browsers decode by the Encoding Standard (https://encoding.spec.whatwg.org),
which gives to each such name the wider encoding; here its names are those of Python's codecs.
"""

from __future__ import annotations

from typing import Final

_LABELS: Final = {
    "cp1252": "ansi_x3.4-1968 ascii us-ascii iso-8859-1 iso8859-1 iso88591 iso_8859-1 latin1 "
    "latin-1 l1 cp819 ibm819 iso-ir-100 x-cp1252",
    "cp1254": "iso-8859-9 iso8859-9 iso88599 iso_8859-9 latin5 l5 iso-ir-148 x-cp1254",
    "cp874": "tis-620 iso-8859-11 iso8859-11 iso885911 windows-874 dos-874",
    "gb18030": "gb2312 gb_2312 gb_2312-80 csgb2312 csiso58gb231280 iso-ir-58 chinese gbk x-gbk "
    "gb18030 cp936 ms936 windows-936 euc-cn",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j ms932 cp932",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "cp949": "euc-kr cseuckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 iso-ir-149 "
    "windows-949 ms949 cp949 uhc",
    "cp1255": "iso-8859-8-i iso-8859-8 iso8859-8 iso88598 hebrew logical visual csiso88598e",
    "mac_roman": "macintosh mac x-mac-roman csmacintosh",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "koi8_r": "koi8-r koi8 koi koi8_r cskoi8r",
    "koi8_u": "koi8-u koi8-ru",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
}
_BY_LABEL: Final = {label: name for name, labels in _LABELS.items() for label in labels.split()}
_WINDOWS: Final = tuple(f"125{n}" for n in range(9))


def browser_name(charset: str) -> str:
    """The codec of Python with which a browser would decode what declares this charset.

    A name that the standard does not know is given back as it is, and may be no codec at all.

    >>> browser_name("GB2312")
    'gb18030'
    """
    label = charset.strip().strip("\"'").lower()
    for prefix in ("windows-", "x-cp", "cp-", "win-"):
        if label.startswith(prefix) and label.removeprefix(prefix) in _WINDOWS:
            return f"cp{label.removeprefix(prefix)}"
    return _BY_LABEL.get(label, label)
