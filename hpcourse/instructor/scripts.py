"""In what code a roster is written that does not say so: the one in which its words can be people's names.

Codes of one byte a character make letters of any bytes, so that they look well does not prove them: what
proves them is how a script spells, and how families are called.
"""

import re
import unicodedata

# Letters beyond ASCII that stand together in a language, and how likely it is met here.
LATIN = {
    "áéíñóúü": 1.0, "àâæçèéêëîïôœùûü": 1.0, "äöüß": 1.0, "àáâãçéêíóôõú": 1.0, "àèéìíòóù": 1.0, "åäöæøé": 1.0,
    "àçèéíïòóúü": 1.0, "äëïéèóöü": 1.0, "ąćęłńóśźż": 0.9, "áčďéěíňóřšťúůýž": 0.9, "áäčďéíľĺňóôŕšťúýž": 0.9,
    "čćđšž": 0.9, "áéíóöőúüű": 0.9, "ăâîșşțţ": 0.9, "çğıiöşüâ": 0.9, "äõöüšž": 0.85, "āčēģīķļņšūž": 0.85,
    "ąčęėįšųūž": 0.85, "áéíóúýþæöð": 0.85,
}  # fmt: skip
FAMILIES = {
    "Chinese": frozenset(
        "王李張陳劉楊黃趙吳周徐孫馬朱胡郭何林高羅鄭梁謝宋唐許鄧韓馮曹彭曾蕭田董潘袁蔡蔣余于杜葉程魏蘇呂丁任盧姚沈鍾姜崔譚陸"
        "范汪廖石金韋賈夏傅方鄒熊白孟秦邱侯江尹薛閻雷龍黎史陶賀毛郝顧龔邵萬覃武錢戴嚴莫孔向湯洪游詹簡施柯賴溫紀童涂卓翁"
        "巫歐阮莊俞倪凌尤古伍司曲甘申全安成牛杭苗柳連駱藍辛饒鄔管項應畢康關上諸梅張"
        "张陈刘杨黄赵吴孙马罗郑谢许邓韩冯萧叶苏吕卢锺钟谭陆贾邹阎龙顾龚万钱严汤庄温纪涂欧蓝饶应毕关连骆"
    ),
    "Korean": frozenset(
        "김이박최정강조윤장임한오서신권황안송류홍전고문양손배백허유남심노하곽성차주우구민진나지엄원천방공현함변염여추도소석선설"
        "마길연위표명기반왕금옥육인맹제모"
    ),
    "Japanese": frozenset(
        "佐鈴高田伊渡山中小加吉松井木林清斎斉坂前藤岡後長村近石原遠青福西太三和竹上森池橋阿本内野川今大菊島安平工武新宮杉"
        "千久増関水市岩桜酒丸柴河土谷荒服堀星秋永浜早北古須片入馬望相成樋萩堤五奥尾飯根菅細金戸矢横牧沢澤辺邊神梅桑黒白"
    ),
}
HEADERS = re.compile(
    "[學学]號|学号|姓名|信箱|郵件|邮件|系所|科系|班[級级別别]|年級|備註|备注|座號|序號|氏名|学籍|番号|학번|성명|이름|名字"
)
CODES = {  # how likely each is met in a file of today
    "cp950": ("Chinese", 1.0), "gb18030": ("Chinese", 1.0), "cp932": ("Japanese", 1.0),
    "cp949": ("Korean", 1.0), "euc_jp": ("Japanese", 0.97), "cp1252": ("LATIN", 1.0),
    "cp1250": ("LATIN", 0.975), "cp1254": ("LATIN", 0.99), "cp1257": ("LATIN", 0.93),
    "iso8859-2": ("LATIN", 0.95), "mac_roman": ("LATIN", 0.975), "cp850": ("LATIN", 0.8),
    "cp852": ("LATIN", 0.78), "cp1253": ("GREEK", 1.0), "iso8859-7": ("GREEK", 0.98),
    "cp1251": ("CYRILLIC", 1.0), "koi8-r": ("CYRILLIC", 0.98), "cp866": ("CYRILLIC", 0.97),
    "iso8859-5": ("CYRILLIC", 0.95), "mac_cyrillic": ("CYRILLIC", 0.95), "cp1255": ("HEBREW", 1.0),
    "cp1256": ("ARABIC", 1.0), "iso8859-6": ("ARABIC", 0.97), "cp874": ("THAI", 0.9),
}  # fmt: skip
WORD = re.compile(
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])+|[^\x00-\x7f]"
)
HARMLESS = "　（）：，、。；／－–—‘’“”·・•"
SHAPES = {
    "GREEK": r"[Α-Ω]?[α-ωάέήίόύώϊϋΐΰ]*[αεηιουωάέήίόύώςνρξϊϋ]|[ΆΈΉΊΌΎΏ][α-ως]*|[Α-ΩΆΈΉΊΌΎΏΪΫ]{2,}",
    "CYRILLIC": r"(?!.*([эыъь])\1|[ЬЪЫ])(?:[А-ЯЁЄІЇҐЎ][а-яёєіїґў']+|[А-ЯЁЄІЇҐЎ]{2,})",
    "HEBREW": r"[א-ת]+",
    "ARABIC": r"[ء-ي\u064b-\u0652پچژگ]{2,}",
    "THAI": r"(?:[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]*[ะาำๅๆฯ]?[็-๎]*)+",
}
NOT_WITHIN = {"GREEK": "ς", "HEBREW": "ךםןףץ", "ARABIC": "ةى"}  # where no word ends
VOWELS = {"GREEK": "αεηιουωάέήίόύώϊϋΐΰ", "CYRILLIC": "аеёиоуыэюяєії"}
MOST = 4000  # words that are looked at
ENOUGH = 0.25  # share of words that are names
AHEAD, DOUBT = 1.02, 0.06  # how far it has to be ahead of the next, and how much farther if there is one word


def of_names(data):
    """(the text, its script) of a table whose words are mostly names; ("", "") where that cannot be told."""
    found = []
    for code, (script, likely) in CODES.items():
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        words = [word for word in WORD.findall(text) if not word.isascii() and word not in HARMLESS][:MOST]
        share = sum(_fits(word, script) for word in words) / max(1, len(words))
        found.append((likely * share, text, script, AHEAD + DOUBT / max(1, len(words))))
    found.sort(key=lambda entry: -entry[0])
    (best, text, script, ahead), *others = found or [(0.0, "", "", 1.0)]
    second = next((share for share, other, *_ in others if other != text), 0.0)
    clear = best >= ENOUGH or (best > 0 and HEADERS.search(text))
    return (text, script) if clear and best >= ahead * second else ("", "")


def _fits(word, script):
    """How well a word can be a name in a script, from 0 to 1."""
    if script in FAMILIES:
        if HEADERS.search(word):
            return 1.0
        kana = script == "Japanese" and re.search("[ぁ-んァ-ヴ]", word)
        plain = not re.search("[A-Za-z]", word) and 1 < len(word) <= 6
        return float(bool(plain and (kana or word[0] in FAMILIES[script])))
    if script == "LATIN":
        return _in_latin(word)
    inner, vowels = NOT_WITHIN.get(script, ""), VOWELS.get(script, "")
    if not re.fullmatch(SHAPES[script], word) or (inner and re.search(f"[{inner}].", word)):
        return 0.0
    if vowels and not 0.2 <= sum(char in vowels for char in word.lower()) / len(word) <= 0.75:
        return 0.0
    if script == "ARABIC":
        return 1.0 if word.startswith("ال") else 0.7
    return 0.8 if script == "CYRILLIC" and word.isupper() else 1.0


def _in_latin(word):
    if not (word.isupper() or word[1:].islower() or word.istitle()) or len(word) < 2:
        return 0.0
    letters = {char for char in word.lower().replace("i\u0307", "i") if char > "\x7f"}
    if not all("LATIN" in unicodedata.name(char, "") for char in letters):
        return 0.0
    weight = max((weight for language, weight in LATIN.items() if letters <= set(language)), default=0.0)
    return weight / 2 if word[-1] in "âêîôû" else weight  # hardly any name ends so
