"""
The letters and signs that stand for plain letters in disguised spam.
"""

UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# By style one or several alphabets, capitals before small letters.
STYLES = {
    "mathematical": [
        "".join(chr(first + 26 * case + i) for case in (0, 1) for i in range(26))
        for first in (0x1D400, 0x1D468, 0x1D4D0, 0x1D5D4, 0x1D63C, 0x1D670)
    ],
    "fullwidth": ["".join(chr(first + i) for first in (0xFF21, 0xFF41) for i in range(26))],
    "small_caps": [2 * "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ"],
    "circled": [
        "".join(chr(first + i) for first in (0x24B6, 0x24D0) for i in range(26)),
        2 * "".join(chr(0x1F170 + i) for i in range(26)),
        2 * "".join(chr(0x1F150 + i) for i in range(26)),
        2 * "".join(chr(0x1F130 + i) for i in range(26)),
        2 * "".join(chr(0x249C + i) for i in range(26)),
    ],
    "superscript": [2 * "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ"],
}
LOOK_ALIKE = {"a": "аα", "c": "сϲ", "e": "е", "i": "іι", "j": "ј", "k": "к", "o": "оο", "p": "рρ", "s": "ѕ", "u": "υ",
               "v": "ν", "x": "х", "y": "у", "h": "һ", "n": "ո", "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ",
               "K": "КΚ", "M": "МΜ", "O": "ОΟ", "P": "РΡ", "T": "ТΤ", "X": "ХΧ", "Y": "ҮΥ"}  # fmt: skip
LEET = {"a": "4@", "e": "3", "i": "1", "o": "0", "s": "5$", "t": "7"}
MARKS = "\u0301\u0308\u0323\u032d\u0331\u0335\u0336\u0337\u0489\u20d2\u20e3"
ENTITIES = {
    "é": "&eacute;",
    "ä": "&auml;",
    "$": "&dollar;",
    "!": "&excl;",
    ".": "&period;",
    ",": "&comma;",
    "%": "&percnt;",
}
EMOJI = "💰🔥🎉✅🚀💎👉😍🎰❤"
