"""Wordings that make a pair useless: refusals, placeholders, references to a text not at hand."""

import re
import unicodedata

from jmedlora.core.comparable_text import stream_safe

START = 120  # a refusal is said at once; further on, an answer may quote one

REFUSALS = re.compile(
    r"""(?:申し訳|すみません|恐れ入り).{0,80}?
      (?:できません|できかね|ありませんので|困難です|(?:致|いた)しかね)
    | 残念.{0,60}?(?:答え|応え|回答|提供|対応|手伝|協力|作成|生成|ご?要望|ご?依頼).{0,20}?
      (?:できません|できかね|困難です|(?:致|いた)しかね)
    | (?:お答え|お応え|お手伝い|ご提供|ご?対応|ご?回答)(?:することは|は|を)?
      (?:できません|できかね|(?:致|いた)しかね|控え)
    | (?:AI|人工知能|言語モデル)(?:アシスタント|モデル)?(?:として|ですので|なので|である|のため)
      .{0,60}?(?:できません|できかね|行えません|(?:致|いた)し(?:ません|かね))
    | (?i:\bI(?:'m|\s+am)\s+(?:\w+\s+)?(?:sorry|unable\s+to|not\s+able\s+to)\b
      | \bI\s+(?:cannot|can't|can\s+not|won't)\s+
        (?:provide|assist|help|answer|generate|create|comply|fulfil|give|offer|do|continue)
      | \bas\s+an\s+AI\b | \bI\s+apologi[sz]e\b)""",
    re.VERBOSE | re.DOTALL,
)
NO_ANSWER = re.compile(
    r"""(?:すみません|申し訳ありません|申し訳ございません)?[、。，,]?
    (?:私に[はも]|(?:答え|回答|それ)[はが])?(?:わか|分か|解|判)り(?:ません|かねます)
    | (?:特に|(?:文章|本文|テキスト|資料|原文)(?:中|内)?[にで](?:は|も)?)?(?:具体的な)?
      (?:記載|言及|記述)[はが]?
      (?:なし|無し|ない|ありません|ございません|されていません|見当たりません)
    | (?i:i\ (?:do\ not|don't)\ know | (?:it\ is\ )?not\ (?:mentioned|stated|specified|described)
      (?:\ in\ the\ \w+)? | no\ information(?:\ (?:is\ )?(?:provided|available|given))?)""",
    re.VERBOSE,
)
"""Outputs that as a whole say that there is no answer."""
DOCUMENT = "文章|テキスト|記事|論文|本文|原文"
ENGLISH = "text|passage|article|document|excerpt|paragraph|paper"
GIVEN = "above|given|provided|preceding|input"
REFERENCES = re.compile(
    rf"""(?:上記|前述|上述|先述|(?<!\w)上|与えられた|(?<![からがによりて])(?:提供|提示|入力|記載)された|ここに(?:提示|記載)された|ご?提示の|引用された)
      の?(?:{DOCUMENT}|文書|文脈|情報|資料|データ|内容|入力|文)
    | (?:文章|テキスト|情報|入力)[がは].{{0,10}}(?:提供|提示|入力)されてい(?:ない|ません)
    | (?:この|その|当該|以下の|次の)(?:{DOCUMENT}|文書|抜粋)
    | (?<!日)本文(?![化明学字]) | (?<![日基原])本(?:論文|稿|記事|文書|研究) | 文章中 | 文中[のでに]
    | (?:{DOCUMENT})(?:の中)?(?:によると|によれば|に基づ|では|で(?:述べ|言及|説明|紹介|触れ)
      | に(?:記載|書かれ|よ[るれり]))
    | (?i:\b(?:according\s+to|based\s+on|in
        | (?:stated|described|mentioned|discussed|given|provided)\s+(?:in|by))
        \s+(?:the|this)\s+(?:(?:{GIVEN}|following)\s+)*(?:{ENGLISH})\b
      | \b(?:the|this)\s+(?:{GIVEN})\s+(?:{ENGLISH}|information|context|input)\b
      | \b(?:{ENGLISH}|information|context)\s+(?:above|provided|given)\b
      | \b(?:the|this)\s+(?:{ENGLISH})\s+
        (?:says|states|mentions|describes|discusses|explains|reports|notes|suggests)\b
      | \bas\s+(?:mentioned|described|stated|discussed)\s+above\b)""",
    re.VERBOSE,
)
PLACEHOLDERS = re.compile(
    r"""(?:質問|回答|答え?|指示|出力|問題?|解答|ここに.*)
      (?:文|の?内容|の?文章?|を?記入.*|を?入力.*)?[0-9]*
    | (?:your\ |the\ )?(?:question|answer|instruction|output)(?:\ ?(?:content|text|here))?s?
      \ ?[0-9]*
    | content|text|string|xxx+|n/a|none|null|nan|tbd|todo|[○〇◯●×]{2,}|[…‥.。・_\-—―?？*]+""",
    re.VERBOSE,
)
AROUND = " \t\n\u3000'\"“”‘’「」『』【】[](){}<>（）。、.,:："


def is_refusal(text: str) -> bool:
    """Whether ``text`` begins by declining to answer, in Japanese or English, or has no answer."""
    start = text[:START].replace("’", "'")
    return bool(REFUSALS.search(start) or NO_ANSWER.fullmatch(start.strip(AROUND + "!！")))


def refers_to_document(text: str) -> bool:
    """Whether ``text`` speaks of "this text", which whoever is asked does not have."""
    return bool(REFERENCES.search(text))


def is_placeholder(text: str) -> bool:
    """Whether ``text`` only repeats what the prompt called it: 質問内容, "answer content", "…"."""
    if len(text) > START:
        return False
    short = unicodedata.normalize("NFKC", stream_safe(text)).strip(AROUND).casefold()
    return bool(PLACEHOLDERS.fullmatch(short)) or (not short and bool(text.strip()))
