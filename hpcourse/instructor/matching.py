"""Who is who: whose a file is, by its path, its sender and what the system says, and how sure that is.

Every sign in a path is a claim: this id, this address, this name. One person whom all claims can mean is
certain. Claims that contradict each other, or that only resemble somebody, are doubtful: a person decides.
"""

import contextlib
import html
import itertools
import re
import unicodedata
import urllib.parse
from collections import defaultdict
from dataclasses import dataclass, field

from hpcourse.instructor.notes import note, on_a_line
from hpcourse.instructor.systems import GRADESCOPE, Told, told_by_system

CHINESE = "㐀-鿿豈-﫿"
DOTS = ".·‧•・･∙⋅‐"  # in 撒韵·武荖, of which every keyboard has another; NFKC makes a full stop of ．
EXTENSION = re.compile(r"(\.(ipynb|zip|json|txt|download|eml|py))+( ?\(\d+\))?$|\.[a-z0-9]{1,5}$", re.I)
# What Colab, browsers, systems and people add around the name of a file or a folder.
AROUND = (
    r"-(main|master)(-\d+)?$|-\d{8}T\d{6}Z(-\d+)*"
    r"|\d{4}[-_.]\d\d?[-_.]\d\d?([ T_-]+\d\d?[:.-]?\d\d([:.-]?\d\d)?)?|submission_\d+"
    r"|第\s*[\d一二三四五六七八九十]+\s*[天日次週章題版]|(作業|練習|習題|版本)\s*\d{0,2}(?!\d)|[(（]\d{1,3}[)）]"
    r"|의\s*사본|사본|(の)?コピー"
    r"|(?<![a-z])(copy of|copy|copie de|c[oó]pia de|kopie von|kopie|copie|c[oó]pia|kopia"
    r"|checkpoint|notebook|submission|ipynb|zip"
    r"|(day|exercises?|homework|hw|assignment|lab|ps|version|ver|v|week|task|final|no)[ _-]?\d{0,2}(?!\d)"
    r")(?![a-z])"
)
ADDED = re.compile(rf"{AROUND}|-\d(?=$|\.)", re.I)  # -1: handed in a second time, says Canvas
FILLER = re.compile(
    r"的?副本|同學|同学|學號|座號|號|姓名|繳交|上傳|完成|最終|修正|補交|遲交|筆記本|課程|報告|作業|練習|習題|答案|學習率|資料夾|版本|版|的"
)
PLAIN_WORDS = frozenset(
    """a of by from my the and copy final finished finish done late new old edited fixed draft corrected
    updated update resubmission again best latest last first try attempt version s solution solutions
    answer answers submission submitted submit work file files notebook colab python python3 day id exercise
    exercises homework hw assignment group class section team student name course hpcourse en zh tw sir prof
    professor teacher deep learning rate""".split()  # noqa: SIM905
)
A_TIME = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|([01]\d|2[0-3])([0-5]\d){2}")
ADDRESS = re.compile(r"[\w.+-]+@(?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)+")
NAMED_NOTEBOOK = re.compile(r"\.ipynb(?![a-z]).*$", re.I)
# Family names as they are written in China, for the others; in a given name _slip bears one such character.
FAMILIES = str.maketrans(
    "陈张刘杨赵吴黄孙马罗郑谢韩冯邓许叶苏吕蒋贾陆钟谭顾龙万钱汤严华庄邹毕乔贺赖龚温阎欧阳萧卢简纪连骆颜",
    "陳張劉楊趙吳黃孫馬羅鄭謝韓馮鄧許葉蘇呂蔣賈陸鍾譚顧龍萬錢湯嚴華莊鄒畢喬賀賴龔溫閻歐陽蕭盧簡紀連駱顏",
)
# Letters that are no other letter with an accent (and Arabic's line of length); what else keyboards write.
LETTERS = str.maketrans(dict(zip("ıłøđð", "ilodd")) | {"þ": "th", "æ": "ae", "œ": "oe", "ـ": ""})
ALIKE = str.maketrans("oil", "011")  # what is typed for a digit: b109o1001
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


@dataclass(frozen=True)
class Claim:
    """A sign that a file is of one of `students`: `said` is how it stands there, `kind` what it is."""

    kind: str
    said: str
    students: frozenset


@dataclass
class Match:
    """Whose a file is: the students it is certainly of (several only of a group), or who it may be of."""

    certain: tuple = ()
    candidates: tuple = ()
    why: list | None = None  # a note
    folder: str = ""  # as Moodle named it
    account: str = ""  # the system and its own number for whoever handed in
    settled: bool = False  # by an alias on the roster
    remarks: list = field(default_factory=list)


@dataclass
class Signs:
    """Claims of one part of a path, by how much they say."""

    strong: list = field(default_factory=list)
    short: list = field(default_factory=list)  # a short id or name that is all there is
    weak: set = field(default_factory=set)
    ids: set = field(default_factory=set)  # of weak, those named by an id: tells two of one name apart
    aliases: list = field(default_factory=list)
    others: set = field(default_factory=set)  # Chinese words that are nobody's name on the roster
    inside: set = field(default_factory=set)  # whose whole names stand in longer Chinese words
    unknown: list = field(default_factory=list)  # what looks like an id of this course and is nobody's


class People:
    """The roster, indexed by every way to name somebody."""

    def __init__(self, roster, start=""):
        self.roster, self.start = roster, fold(start)  # what all folders' names begin with: an assignment
        self.sequences = defaultdict(list)  # first word of an id or alias -> (words, student, kind)
        self.emails, self.locals = defaultdict(set), defaultdict(set)
        self.latin, self.chinese = defaultdict(set), defaultdict(set)
        self.compact, self.aliases, self.canvas = defaultdict(set), defaultdict(set), defaultdict(set)
        self.parts_of_names = defaultdict(set)
        self.logins = defaultdict(set)  # student -> words that stand beside a name
        self.digits, self.alike = defaultdict(set), defaultdict(set)
        self.cache = {}
        for student in roster.values():
            self._add(student)
        self.traditional = [(name.translate(FAMILIES), students) for name, students in self.chinese.items()]
        self.known = {said for student in roster.values() for said in _ways_to_name(student)}
        shapes = sorted({_shape(student.id) for student in roster.values()} - {""})
        self.like_an_id = re.compile(
            rf"(?<![a-z0-9])(?:{'|'.join(shapes)})(?![a-z0-9])" if shapes else r"(?!)"
        )
        self.lengths = sorted({len(name) for name in self.latin}, reverse=True)

    def _add(self, student):
        words = tuple(tokens(student.id))
        self.sequences[words[0] if words else ""].append((words, student.id))
        if len(number := _number(student.id)) >= 5:
            self.digits[number].add(student.id)
        self.alike["".join(words).translate(ALIKE)].add(student.id)
        for alias in student.aliases:
            self.aliases[fold(alias)].add(student.id)
        for login in (student.id, student.email.split("@")[0], *student.aliases):
            self.logins[student.id].update(tokens(login))
        if student.canvas:
            self.canvas[student.canvas].add(student.id)
        if "@" in student.email:
            address = without_tag(fold(student.email))
            self.emails[address].add(student.id)
            self.locals[address.split("@")[0]].add(student.id)
        for name in {said for one in (student.name, student.other) for said in _names_in(one)} - {""}:
            chinese = chinese_in(name)
            spellings = (name, without_apostrophes(name), fold(name).translate(SPELLED))
            for latin in {tuple(tokens(said, latin=True)) for said in spellings} - {()}:
                self.latin[tuple(sorted(latin))].add(student.id)
                for order in (
                    itertools.permutations(latin) if len(latin) <= 4 else (latin, latin[-1:] + latin[:-1])
                ):
                    self.compact["".join(order)].add(student.id)
                for word in latin:
                    self.parts_of_names[word].add(student.id)
            if len(chinese) > 1:
                self.chinese[chinese].add(student.id)
                self.compact[chinese].add(student.id)

    # ---- one part of a path

    def signs(self, part):
        """The Signs in a folder's or a file's name."""
        if part not in self.cache:
            self.cache[part] = self._signs(part)
        return self.cache[part]

    def _signs(self, part):
        found = Signs()
        whole = fold(EXTENSION.sub("", part))
        for address in dict.fromkeys(ADDRESS.findall(fold(NAMED_NOTEBOOK.sub("", part)))):
            self._by_address(address.strip(".-+"), found)
        full = EXTENSION.sub("", ADDRESS.sub(" ", fold(part)))
        rest = FILLER.sub(" ", ADDED.sub(" ", full))
        left = [
            word
            for word in tokens(without_apostrophes(rest))
            if word not in PLAIN_WORDS or word in self.sequences
        ]
        self._by_alias(part, whole, found)
        found.unknown = self._unknown_ids(f"{rest} {' '.join(ADDRESS.findall(fold(part)))}")
        self._by_id(tokens(rest), left, found)
        if not found.strong:  # an id may hold what people add, such as s16-no-notebook
            self._by_id(tokens(full), [], found)
        self._by_local_part(rest, left, found)
        self._by_latin_name(rest, left, found)
        if not found.strong:  # and so may a name: Doris Day
            self._by_latin_name(full, left, found)
        self._by_chinese_name(rest, found)
        if not found.strong:  # or 林完成
            self._by_chinese_name(full, found)
        return found

    def _by_address(self, address, found):
        plain = without_tag(address)
        if plain in self.emails:
            found.strong.append(Claim("address", address, frozenset(self.emails[plain])))
        elif address in self.aliases:
            found.aliases.append(Claim("alias", address, frozenset(self.aliases[address])))
        else:
            found.weak |= self.locals.get(plain.split("@")[0], set())

    def _by_alias(self, part, whole, found):
        for said in (fold(part), whole.strip(), self._after_start(whole.strip())):
            if said in self.aliases:
                found.aliases.append(Claim("alias", said, frozenset(self.aliases[said])))
                return
        for alias, students in self.aliases.items():
            if alias in whole and re.search(rf"(?<![^\W_]){re.escape(alias)}(?![^\W_])", whole):
                # day1-ada of the alias ada is she; day1-ada-l may be somebody else
                around = rf"(?:[\W_]|{AROUND})*"
                if re.fullmatch(around + re.escape(alias) + around, whole, re.I):
                    found.aliases.append(Claim("alias", alias, frozenset(students)))
                else:
                    found.weak |= students

    def _after_start(self, whole):
        """ada-codes of hp-day1-ada-codes, where all begin with hp-day1-; not if a longer alias ends so."""
        said = whole.removeprefix(self.start)
        longer = any(whole.endswith(f"-{alias}") and len(alias) > len(said) for alias in self.aliases)
        return "" if longer else said

    def _by_id(self, words, left, found):
        spans = []
        for place, word in enumerate(words):
            for sequence, student in self.sequences.get(word, ()):
                if tuple(words[place : place + len(sequence)]) == sequence:
                    spans.append((place, place + len(sequence), student))
        for start, end, student in spans:
            if any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in spans):
                continue  # s01 in s01-b, which is an id as well
            claim = Claim("id", student, frozenset([student]))
            if not short(words[start:end]):
                found.strong.append(claim)
            elif left == words[start:end]:
                found.short.append(claim)
            else:
                found.weak.add(student)
                if len(student) > 2:
                    found.ids.add(student)
        claimed = {student for _, _, student in spans}
        for word in words:
            number, alike = _number(word), word.translate(ALIKE)
            if len(number) >= 5 and number in self.digits:
                found.weak |= self.digits[number] - claimed
            if len(alike) >= 5 and alike in self.alike:
                found.weak |= self.alike[alike] - claimed

    def _unknown_ids(self, said):
        """What looks like an id of this course and is nobody's on the roster; a day or a time is none."""
        found = dict.fromkeys(self.like_an_id.findall(fold(said)))
        return [
            word for word in found if word not in self.known and not A_TIME.fullmatch(re.sub(r"\D", "", word))
        ]

    def _by_local_part(self, rest, left, found):
        chunks = {
            chunk.strip("_.-") for cut in (r"[^\w.+-]+", r"[^\w.+-]+|_") for chunk in re.split(cut, rest)
        }
        for chunk in sorted(chunks):
            local = chunk.split("+")[0]
            students = self.locals.get(local)
            if not students or len(local) < 2:
                continue
            claim = Claim("address", local, frozenset(students))
            others = set().union(*(self.parts_of_names.get(word, set()) for word in tokens(local))) - students
            if re.search(r"\d|[^\W_][._-][^\W_]", local) and len(local) >= 4:
                found.strong.append(claim)
            elif left == tokens(local) and not others:
                found.short.append(claim)
            else:
                found.weak |= students | (others if left == tokens(local) else set())

    def _by_latin_name(self, rest, left, found):
        pieces = re.findall(rf"[^\W_{CHINESE}]+|[^{CHINESE}]", plain(without_apostrophes(rest)))
        words = [(piece, number) for number, piece in enumerate(pieces) if piece[0].isalnum()]
        hits = []
        for length in self.lengths:
            for place in range(len(words) - length + 1):
                window = words[place : place + length]
                students = self.latin.get(tuple(sorted(word for word, _ in window)))
                if students and not any(s <= place and place + length <= e for s, e, _, _ in hits):
                    own = set().union(*(self.logins[student] for student in students))
                    alone = self._alone(pieces, words, place, length, own)
                    hits.append((place, place + length, students, alone))
        for start, end, students, alone in hits:
            said = " ".join(word for word, _ in words[start:end])
            if end - start == 1 and left != [said]:
                found.weak |= students
            elif alone:
                found.strong.append(Claim("name", said, frozenset(students)))
            else:
                found.weak |= students
        if not hits:
            for word in left:
                if len(word) >= 3 and word in self.parts_of_names:
                    found.weak |= self.parts_of_names[word]
                if len(word) >= 5 and word in self.compact:
                    found.weak |= self.compact[word]

    @staticmethod
    def _alone(pieces, words, place, length, own):
        """Whether a name is no part of a longer one: Wei Chen in Wei Chen Lin; `own` words are none."""
        first, last = words[place][1], words[place + length - 1][1]
        inner = "".join(piece for piece in pieces[first:last] if not piece[0].isalnum())[:1] or " "
        for neighbour, between in (
            (words[place - 1] if place else None, lambda at: pieces[at + 1 : first]),
            (
                words[place + length] if place + length < len(words) else None,
                lambda at: pieces[last + 1 : at],
            ),
        ):
            if neighbour and neighbour[0].isalpha() and neighbour[0] not in PLAIN_WORDS | own:
                joined = "".join(between(neighbour[1]))
                if joined == inner or joined in (" ", "-", "'"):
                    return False
        return True

    def _by_chinese_name(self, rest, found):
        for run in re.findall(rf"[{CHINESE}]+(?:[ {DOTS}]+[{CHINESE}]+)*", rest):
            pieces = [piece for piece in re.split(rf"[ {DOTS}]+", run) if piece in self.chinese]
            run = "".join(re.findall(f"[{CHINESE}]", run))
            if run not in self.chinese and len(pieces) == 1:  # 林完成 作業
                run = pieces[0]
            if run in self.chinese:
                found.strong.append(Claim("name", run, frozenset(self.chinese[run])))
                continue
            turned = {
                name
                for cut in (1, 2, len(run) - 1, len(run) - 2)
                if (name := run[cut:] + run[:cut]) in self.chinese
            }
            for name in sorted(turned):
                found.strong.append(Claim("name", run, frozenset(self.chinese[name])))
            if not turned and len(run) > 1:
                found.others.add(run)
                said = run.translate(FAMILIES)
                for name, students in self.traditional:
                    if name in said or said in name or _slip(name, said):
                        found.weak |= students
                    if len(name) > 2 and name in said:
                        found.inside |= students

    # ---- a whole path

    def match(self, file, metadata=None):
        """The Match of a File; `metadata` is what Gradescope says of its folders."""
        match, parts = self._match(file, metadata), tuple(map(readable, file.parts))
        told = told_by_system(parts)
        name = told.rest if told and told.place == len(parts) - 1 else parts[-1]
        other = self.signs(name).inside
        if len(match.certain) == 1 and not match.settled and other and not other & set(match.certain):
            (student,) = match.certain  # 林柏翰給的參考 in somebody else's folder
            match.certain, match.candidates = (), tuple(sorted(other | {student}))
            names = [self.roster[student].name or student, name]
            match.why = note("{names} mean different students", names=names)
        return match

    def _match(self, file, metadata):
        parts = tuple(map(readable, file.parts))
        match, told = Match(), told_by_system(parts)
        official, said, skipped = None, "", set()
        if told:
            official, said = self._told(told)
            match.folder = told.folder
            match.account = f"{told.system} {told.number}" if told.number else ""
            skipped = {told.place}
            if told.system == "Canvas" and official is None:
                match.account = ""
        for part in file.parts[:-1]:
            if metadata and GRADESCOPE.fullmatch(part) and part in metadata:
                return self._against(self._of_gradescope(metadata[part], match), part, file)
        if official is None and file.sender:
            official, said = self._of_sender(file.sender)
        signs = [self.signs(part) for place, part in enumerate(parts) if place not in skipped]
        if told and told.rest:
            signs.append(self.signs(told.rest))
        aliases = [claim for sign in signs for claim in sign.aliases]
        if told:
            names = {fold(name) for name in (told.name, told.login, told.compact, told.number) if name}
            names |= {fold(EXTENSION.sub("", file.parts[told.place])), fold(told.folder)}
            for name in names & set(self.aliases):
                aliases.insert(0, Claim("alias", name, frozenset(self.aliases[name])))
        if aliases:  # what the teacher has written down
            common = frozenset.intersection(*(claim.students for claim in aliases))
            if len(common) == 1 and (official is None or not official or common <= official or told):
                match.certain, match.settled = tuple(common), True
                return match
        strong = [claim for sign in signs for claim in sign.strong]
        claims = strong or [claim for sign in signs for claim in sign.short]
        weak = set().union(*(sign.weak for sign in signs)) if signs else set()
        ids = set().union(*(sign.ids for sign in signs))
        unknown = [word for sign in signs for word in sign.unknown]
        if told and told.name:
            unknown += self.signs(told.name).unknown
        for address in file.sender:
            unknown += self._unknown_ids(address)
        by_number = "@" in said or (told and (told.login or said == told.number))
        if len(official or ()) == 1 and not by_number and self._disagrees(match, official, strong, unknown):
            return match
        if told and told.system == "Canvas" and not official:
            weak |= {student for _, student in self.sequences.get(told.number, ())}
            weak |= self.signs(told.compact).weak
        if official:
            return self._with_official(match, official, said, strong, ids, told)
        if official is not None:  # a name that is not on the roster
            candidates = set().union(weak, *(claim.students for claim in claims))
            resembling = self._resembling(said)
            match.candidates = tuple(sorted(candidates | resembling))
            match.why = note("{said} is not on the roster", said=said) if match.candidates else None
            return match
        others = set().union(*(sign.others for sign in signs))
        match = self._by_claims(match, claims, weak, ids, others)
        if match.certain and self._disagrees(match, frozenset(match.certain), claims, unknown):
            match.certain = ()
        return match

    @staticmethod
    def _disagrees(match, students, claims, unknown):
        """Whether a name stands beside an id that is nobody's here: there may be two of that name."""
        numbers = [claim for claim in claims if claim.kind != "name" and students <= claim.students]
        if not unknown or numbers:
            return False
        match.candidates = tuple(sorted(students.union(*(claim.students for claim in claims))))
        match.why = note("{said} is not on the roster", said=list(dict.fromkeys(unknown)))
        return True

    def _by_claims(self, match, claims, weak, ids, others):
        if claims:
            common = frozenset.intersection(*(claim.students for claim in claims))
            if len(common) > 1 and len(common & ids) == 1:
                common &= ids
            against = [] if len(common) != 1 else self._other_names(*common, claims, others)
            if against:  # an id, and a name beside it that is another
                slips = [self.chinese[name] for name in self.chinese for word in against if _slip(name, word)]
                match.candidates = tuple(sorted(common.union(*slips)))
                said = list(dict.fromkeys([*(claim.said for claim in claims), *against]))
                match.why = note("{names} mean different students", names=said)
                return match
            if len(common) == 1:
                match.certain = tuple(common)
                return match
            everyone = frozenset.union(*(claim.students for claim in claims))
            match.candidates = tuple(sorted(common or everyone))
            names = list(dict.fromkeys(claim.said for claim in claims))
            match.why = (
                note("several students have the name {name}", name=names)
                if common
                else note("{names} mean different students", names=names)
            )
        elif weak:
            match.candidates = tuple(sorted(weak))
            match.why = note("it only resembles a name or an id on the roster")
        return match

    def _other_names(self, student, claims, words):
        """Those of `words` that look like a name which is not that of the `student` of an id.

        They resemble another one of the roster, or begin with the student's own family name.
        """
        own = chinese_in(self.roster[student].name) if student in self.roster else ""
        if not own or any(claim.kind == "name" for claim in claims):
            return []
        words = [word for word in sorted(words) if len(word) <= 4 and word not in own and own not in word]
        return [
            word
            for word in words
            if (word[0] == own[0] and len(word) == len(own))
            or any(_slip(name, word) for name in self.chinese)
        ]

    def _against(self, match, folder, file):
        """A submission on Gradescope; one whose file is named after somebody else alone is doubtful."""
        inside = file.parts[file.parts.index(folder) + 1 :]
        strong = [claim for part in inside for claim in self.signs(part).strong]
        if match.certain and strong and not any(set(match.certain) & claim.students for claim in strong):
            others = frozenset().union(*(claim.students for claim in strong))
            names = [self.roster[student].name or student for student in match.certain]
            said = list(dict.fromkeys([*names, *(claim.said for claim in strong)]))
            match.candidates, match.certain = tuple(sorted({*match.certain, *others})), ()
            match.why = note("{names} mean different students", names=said)
        return match

    def _with_official(self, match, official, said, strong, ids, told):
        """By the system's word; a file that is named after somebody else alone contradicts it."""
        if len(official) == 1:
            match.certain = tuple(official)
            (student,) = official
            against = [claim for claim in strong if student not in claim.students]
            if against and len(against) == len(strong):
                others = frozenset().union(*(claim.students for claim in against))
                match.certain, match.candidates = (), tuple(sorted(official | others))
                names = list(dict.fromkeys([said, *(claim.said for claim in against)]))
                match.why = note("{names} mean different students", names=names)
                return match
            if against:
                names = list(dict.fromkeys(claim.said for claim in against))
                match.remarks.append(note("the file says {said}", said=names))
            if told and told.system == "Canvas" and told.number not in self.canvas:
                other = {owner for words, owner in self.sequences.get(told.number, ()) if len(words) == 1}
                if other - official:  # Canvas' number, or the id of somebody else?
                    match.certain, match.candidates = (), tuple(sorted(official | other))
                    match.why = note("{names} mean different students", names=[said, told.number])
            return match
        common = official
        for claim in strong:
            common &= claim.students
        if len(common) > 1 and len(common & ids) == 1:
            common &= ids
        if len(common) == 1:
            match.certain = tuple(common)
            return match
        match.candidates = tuple(sorted(official))
        match.why = note("several students have the name {name}", name=said)
        return match

    def match_name(self, name, login):
        """The Match of a name and a login together, as a receipt says them."""
        named = self._named(name) if name else frozenset()
        known, _ = self._told(Told("Blackboard", 0, login=login)) if login else (frozenset(), "")
        meant, match = (named & known) or known or named, Match()
        if len(meant) == 1 and not (
            not known and self._disagrees(match, meant, (), self._unknown_ids(login))
        ):
            match.certain = tuple(meant)
        return match

    def _told(self, told):
        """(students, how they are named) by a system's word; None where it says nothing."""
        if told.number and told.number in self.canvas and told.system == "Canvas":
            return frozenset(self.canvas[told.number]), told.number
        if told.compact:
            compact = plain(fold(told.compact)).replace("-", "")
            if compact in self.compact:
                return frozenset(self.compact[compact]), told.compact
            signs = self.signs(told.compact)
            for claims in (signs.aliases, signs.strong, signs.short):
                if claims:
                    return claims[0].students, told.compact
            return None, ""
        if told.login and told.system != "Moodle":
            login = fold(told.login)
            students = {student for words, student in self.sequences.get(login, ()) if len(words) == 1}
            students |= {student for student in self.roster if fold(student) == login}
            students |= self.locals.get(login, set()) | self.emails.get(without_tag(login), set())
            students |= self.aliases.get(login, set())
            return frozenset(students), told.login
        if told.name:
            return self._named(told.name), told.name
        return None, ""

    def _named(self, name):
        """Whom a name as a system writes it means: the name alone, or with a group or an id beside it."""
        exact = set()
        if not chinese_in(name):
            for said in (name, without_apostrophes(name)):
                exact |= self.latin.get(tuple(sorted(tokens(said, latin=True))), set())
        exact |= self.chinese.get(chinese_in(name), set())
        signs = self.signs(name)
        beside = [claim for claim in signs.strong if claim.kind != "name"]
        if exact and beside:  # 王小明 b14901012: an id or an address stands there as well
            said = frozenset.intersection(*(claim.students for claim in beside))
            return frozenset(exact & said) or frozenset(exact).union(*(claim.students for claim in beside))
        if not exact:
            for claims in (signs.aliases, signs.strong, signs.short):
                if claims:
                    common = frozenset.intersection(*(claim.students for claim in claims))
                    return common or frozenset.union(*(claim.students for claim in claims))
        return frozenset(exact)

    def _resembling(self, name):
        signs = self.signs(name)
        return set().union(signs.weak, *(claim.students for claim in (*signs.strong, *signs.short)))

    def _of_sender(self, sender):
        """By an e-mail's address; a name alone is somebody's word."""
        for said in sender:
            if "@" in said:
                address = without_tag(fold(said))
                if address in self.emails or fold(said) in self.aliases:
                    return frozenset(self.emails.get(address) or self.aliases[fold(said)]), said
        names = [said for said in sender if "@" not in said]
        if names and (students := self._named(names[0])):
            return students, names[0]
        locals_ = set().union(*(self.locals.get(fold(said).split("@")[0], set()) for said in sender))
        return (None, "") if not locals_ else (frozenset(), sender[0])

    def _of_gradescope(self, people, match):
        students, strangers = [], []
        for name, number, address in people:
            by = [self.sequences.get(fold(number), ()), ()]
            found = {student for words, student in by[0] if len(words) == 1}
            found |= {student for student in self.roster if fold(student) == fold(number)}
            found = found or set(self.emails.get(without_tag(fold(address)), set()))
            found = found or set(
                self.aliases.get(fold(number), set()) | self.aliases.get(fold(address), set())
            )
            named = set(self._named(name)) if name else set()
            if found and named and not found & named:
                match.candidates += tuple(sorted(found | named))
                match.why = note("{names} mean different students", names=[name, number or address])
            elif not found and named and self._unknown_ids(number):
                match.candidates += tuple(sorted(named))
                strangers.append(number)
            elif len(found or named) == 1:
                students += found or named
            else:
                match.candidates += tuple(sorted(found or named))
                strangers.append(name or number or address)
        if strangers:
            match.why = note("{said} is not on the roster", said=strangers)
            if not match.candidates and not students:
                match.why = None
        if match.candidates or strangers:
            match.candidates = tuple(dict.fromkeys((*students, *match.candidates)))
        else:
            match.certain = tuple(dict.fromkeys(students))
        return match


def _names_in(name):
    """Alexandra Brown and Alex Brown as well of Alexandra (Alex) Brown; 王大明 of 王大明（旁聽）."""
    yield name
    if told := re.fullmatch(r"([^(（]*)[(（]([^)）]*)[)）]([^(（]*)", name):
        before, inside, after = map(str.strip, told.groups())
        yield f"{before} {after}".strip()
        if len(inside) > 1 and not chinese_in(inside):
            whole = " " in inside and not after  # Wang Wei (Wendy Wang)
            yield inside if whole else f"{inside} {after or before.split(' ')[-1]}"


def _ways_to_name(student):
    """The words that mean a student and may look like an id: of the id, of addresses and aliases."""
    for said in (student.id, student.email, student.email.split("@")[0], student.canvas, *student.aliases):
        yield fold(said)


def _shape(number):
    r"""What other ids of a course look like, as a pattern: b14901001 gives [a-z]\d{8}; "" for no shape.

    Where digits are few, the letters have to be the same ones; where there are only digits, the first three.
    """
    said = fold(number)
    digits = sum(char.isdigit() for char in said)
    letters = sum(char.isalpha() for char in said)
    if digits < (3 if letters else 6) or letters > digits or not said.isascii():
        return ""
    if not letters:
        return re.escape(said[:3]) + re.sub(r"\d", r"\\d", re.escape(said[3:]))
    shape = re.sub(r"\d", r"\\d", re.escape(said))
    return re.sub(r"(?<!\\)[a-z]", "[a-z]", shape) if digits >= 8 else shape


def fold(said):
    """Letters of one case and width; an accent as part of its letter."""
    return unicodedata.normalize("NFKC", said).casefold()


def plain(said):
    """Without accents."""
    apart = unicodedata.normalize("NFKD", said)
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(LETTERS)


def readable(part):
    """A name as it was before a web page or an address took it: O'Connor of O&#39;Connor, a space of %20.

    Nor does what cannot be seen tell names apart; #U9673 is what unzip writes for 陳.
    """
    said = html.unescape(part) if "&" in part and ";" in part else part
    said = re.sub(r"#U([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), said)
    said = "".join(char for char in said if unicodedata.category(char) != "Cf")
    if re.search(r"%[0-9A-Fa-f]{2}", said):
        with contextlib.suppress(UnicodeDecodeError):
            said = urllib.parse.unquote(said, errors="strict")
    return on_a_line(said.replace("/", "-")) or part


def without_apostrophes(said):
    """OBrien of O'Brien, as Moodle and Canvas write it; Ada of Ada's."""
    return re.sub(r"(?<=\w)['’‘ʼ`](?=\w)", "", re.sub(r"['’]s(?!\w)", " ", said, flags=re.I))


def tokens(said, latin=False):
    """The words of a text, folded; Chinese characters are words of their own kind and left out if `latin`."""
    words = re.findall(rf"[{CHINESE}]+|[^\W_{CHINESE}]+", plain(fold(said)))
    return [word for word in words if not latin or not re.match(f"[{CHINESE}]", word)]


def chinese_in(said):
    """The Chinese characters of a name."""
    return "".join(re.findall(f"[{CHINESE}]+", fold(said)))


def _number(said):
    """The digits of an id, without the zeros in front that spreadsheets drop."""
    return re.sub(r"\D", "", said).lstrip("0")


def _slip(name, said):
    """Whether a Chinese name was meant, three characters or longer, and the family's name being right.

    One character is another (陳雅停), is missing or too many (陳淑芬 of 陳林淑芬), or the order is another.
    """
    few, many = sorted((name, said), key=len)
    if len(few) < 3 or len(many) - len(few) > 1 or few[0] != many[0]:
        return False
    if len(few) == len(many):
        return sorted(few) == sorted(many) or sum(a != b for a, b in zip(few, many)) == 1
    return any(many[:place] + many[place + 1 :] == few for place in range(1, len(many)))


def short(words):
    """Whether an id is so short that the same may stand for a number of anything."""
    said = "".join(words)
    return len(said) <= 2 or (said.isdigit() and len(said) <= 4)


def without_tag(address):
    """ada+hw1@example.edu is ada@example.edu."""
    local, at, domain = address.partition("@")
    return local.split("+")[0] + at + domain
