r"""Escapes in quoted values, told from the commands of LaTeX: \n is a line break, \neq is not."""

import re

COMMANDS = (
    "backslash|bar|beta|because|begin|between|beth|bf|[Bb]ig[a-z]*|binom|blacksquare|bmod|bm|"
    "boldsymbol|bot|bowtie|boxed|breve|bullet|"
    "fbox|flat|forall|frac|frown|"
    "nabla|natural|ncong|nearrow|neg|neq|ne(?!\\.)|newline|newcommand|nexists|ngeq|ngtr|ni|nleq|"
    "nless|nmid|nolimits|nonumber|normalsize|not|notin|nparallel|nprec|nrightarrow|nsim|nsubseteq|"
    "nsucc|ntriangleleft|nu|nwarrow|"
    "rangle|rbrace|rbrack|rceil|real|rfloor|rho|right|right[a-z]+|rm|root|rule|rvert|"
    "tag|tan|tanh|tau|tbinom|tfrac|text|text[a-z]+|therefore|theta|thickapprox|thinspace|tilde|"
    "times|tiny|to|top|triangle[a-z]*|tt|twoheadrightarrow"
)
LATEX = rf"(?:{COMMANDS})(?![A-Za-z])"
"""What may follow a backslash and be no escape, though it begins with the letter of one."""
TEXT = re.compile(rf"""\\({LATEX}|r(?:\\n|(?![A-Za-z]))|[\\nt"'/])""")
JSON = re.compile(rf"\\(u[0-9a-fA-F]{{4}}|{LATEX}|r(?:\\n|(?![A-Za-z]))|[^r])", re.DOTALL)
BREAK = "\n"
MEANT = {"n": BREAK, "t": "\t", "r": BREAK, "r\\n": BREAK, '"': '"', "'": "'", "\\": "\\", "/": "/"}
MEANT_IN_JSON = MEANT | {"b": "", "f": BREAK, "\n": ""}


def unescape_quoted(text: str) -> str:
    r"""``text`` from within quotes, with \n, \t, \" and the like as what they stand for."""
    return TEXT.sub(lambda found: MEANT.get(found[1], found[0]), text)


def unescape_json(text: str) -> str:
    """``text`` from within the quotes of a JSON string; what is no escape stays as it is."""
    decoded = JSON.sub(_character, text)
    # Two escapes may stand for the halves of one character.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _character(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 5 and code[0] == "u":
        return chr(int(code[1:], 16))
    return MEANT_IN_JSON.get(code, found[0])
