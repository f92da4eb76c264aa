"""The ways in which people ask for a change of a section; `wishes` says what each of them means."""

import re

IT = r"(?:it|this|that|(?:the|this) (?:section|text|part|chapter))"
DEGREE = r"(?:a (?:bit|little|lot) |much |far |slightly |somewhat |rather )?"
MAKE = (
    r"(?:(?:make|write|keep|rewrite|format|show|give|put|present|turn|do|use|have|want|need|get)"
    rf"(?: {IT}| us| me| everything)? ?)?"
)
ARTICLE = r"(?:(?:a|an|the|as|in|into|to|with|using|of|form|plain|short|simple) )*"
MORE = r"(?:longer|more detailed|in (?:more|greater) (?:detail|depth)|(?:more|further) (?:details?|depth)|expand|elaborate|go deeper)"
ABOUT = r"(?: mentioning| any mention of| the part (?:about|on)| anything about)?"
SUBJECT = r"(?P<subject>\S.*)"

WAYS: dict[str, list[str]] = {
    "shorter": [
        rf"{MAKE}{DEGREE}(?:shorter|short|briefer|brief|tighter|(?:more )?concise)",
        rf"(?:shorten|condense|tighten)(?: {IT})?",
        rf"(?:cut|trim)(?: {IT})?(?: down)?",
        rf"less text|fewer words|(?:{IT} is )?(?:far |much )?too long",
    ],
    "longer on": [rf"{MAKE}{DEGREE}{MORE} (?:on|about|upon|into|for) {SUBJECT}"],
    "longer": [
        rf"{MAKE}{DEGREE}{MORE}",
        rf"(?:add|include) (?:more|further) details?|(?:expand|extend|lengthen)(?: (?:on )?{IT})?",
        rf"go into (?:more )?detail|(?:{IT} is )?(?:far |much )?too short",
    ],
    "prose": [
        r"(?:no|without|avoid|drop|remove) (?:the )?(?:lists?|bullets?(?: points?)?|tables?)",
        rf"{MAKE}(?:as|in|into) (?:running )?(?:prose|full sentences|paragraphs|plain text)",
    ],
    "list": [
        rf"(?:{MAKE}|add ){ARTICLE}(?:bullet(?:ed)?[- ]?(?:points?|list)?|bullets|lists?|enumeration)(?: instead)?"
    ],
    "table": [rf"(?:{MAKE}|add ){ARTICLE}table(?: instead)?"],
    "simpler": [
        rf"{MAKE}{ARTICLE}{DEGREE}(?:simpler|easier|plainer|simple|plain|easy)(?: to (?:read|understand))?"
        r"(?: (?:words|language|english|terms|wording|sentences))?",
        rf"simplify(?: {IT}| the (?:words|language|wording))?",
    ],
    "without": [
        rf"(?:leave|take|cut|keep) out {SUBJECT}",
        r"(?:leave|take|keep) (?P<subject>\S.*) out",
        rf"(?:without|drop|remove|omit|delete|skip|exclude|avoid|no|less (?:about|on|of)){ABOUT} {SUBJECT}",
        r"(?:do not|don'?t|never|stop)(?: \w+ing| mention| talk about| speak of| include| tell of| say anything about)+"
        rf"(?: about| of)? {SUBJECT}",
    ],
    "focus": [
        rf"(?:focus|concentrate|cent(?:er|re)|zoom in|dwell)(?: more| mainly| mostly)? (?:up)?on {SUBJECT}",
        rf"(?:emphasi[sz]e|stress|highlight|foreground) {SUBJECT}",
        rf"(?:put|lay|place) (?:the |more )?(?:focus|emphasis|weight|stress) on {SUBJECT}",
        rf"(?:(?:say|talk|write|tell)(?: us)? )?more (?:about|on|of) {SUBJECT}",
    ],
    "mention": [
        r"(?:mention|add|include|bring (?:in|up)|cover|note|say|tell(?: \w+)?|explain|describe|point out|state)(?: also)?"
        rf"(?: (?:something|a (?:note|word|sentence|line|paragraph|point|remark)) (?:about|on|that))?(?: that)? {SUBJECT}"
    ],
}
"""By meaning, the more special ones first; the first way that fits a whole clause decides."""

STARTS = (
    r"(?:make|write|keep|rewrite|cut|trim|shorten|shorter|longer|more|less|expand|elaborate|go (?:deeper|into)|as an? "
    r"|in (?:simpler|plain|more)|use|simpler|simplify|plainer|easier|leave|take|without|drop|remove|omit|delete|skip"
    r"|exclude|avoid|no |do not|don'?t|never|focus|concentrate|emphasi[sz]e|stress|highlight|put|mention|add|include"
    r"|bring|cover|note|say|tell|explain|describe|point out|turn|format|present|show|give|with (?:more|fewer|less))"
)
JOINT = re.compile(rf"(?:\s*,\s*(?:and |but |then )*|\s+(?:and|but)(?: also| then)?\s+)(?={STARTS})", re.IGNORECASE)
OUT_OF_REACH = re.compile(
    r"(?:an? |some |more |the |another |any )*"
    r"(?:examples?|numbers|figures|pictures?|images?|diagrams?|jokes?|humou?r|charts?|links?|screenshots?|sources)(?: .*)?",
    re.IGNORECASE,
)
"""What cannot be made without inventing it."""
NO_SUBJECT = re.compile(
    r"(?:it|this|that|them|these|those|everything|anything|something|stuff|things?)(?: again)?"
    r"|(?:the )?(?:first|second|third|last|next|previous|other) (?:\w+ )?(?:paragraphs?|sentences?|lines?|parts?|words?|points?)",
    re.IGNORECASE,
)
COMPILED = [(meaning, re.compile(pattern, re.IGNORECASE)) for meaning, patterns in WAYS.items() for pattern in patterns]
