"""The words before a number that say what it stands for: a person, or a thing."""

import re
from typing import Final

from jmedlora.data.personal.finding import Kind

OF_A_THING: Final = None
"""What the number behind a label stands for where it stands for no person."""
BARE: Final = "bare"
"""A label that says that a number follows, and not of what."""
Meaning = Kind | str | None

_GAP = r"[^\S\n]{0,2}"
_BETWEEN_KANJI = re.compile(r"(?<=[一-龥ァ-ヴー])(?=[一-龥ァ-ヴー])")
NUMBER_WORD = rf"(?:番{_GAP}号|識別子|ナンバー|コード|(?:No|Nr)(?![A-Za-z])[.:]?|№|#|I[^\S\n]?D(?![A-Za-z])|I\.D\.|Number)"


def _spaced(words: str) -> str:
    """``words`` as alternatives, the longest first; forms put spaces between their kanji."""
    ranked = sorted(words.split(), key=lambda word: (-len(word), word))
    return "|".join(_BETWEEN_KANJI.sub(lambda _: _GAP, re.escape(word)) for word in ranked)


_THINGS_NUMBERED = _spaced("""
    ロット 製造 シリアル カタログ 承認 認証 許可 認可 届出 治験 製品 商品 器械 機器 機械 機種 装置 在庫 倫理 審査 倫理審査 倫理審査受付
    課題 計画 実施計画 都道府県 市町村 研究 文献 文書 様式 帳票 規格 部屋 病室 病床 ベッド 薬価 注文 発注 受注 請求 請求書 領収 領収書 領収証 伝票 見積 納品
    納品書 医療機関 保険医療機関 機関 サービス ステーション 訪問看護ステーション 指定 店舗 支部 会社 施設 事業所 事業者 薬局 保険薬局 オーダー 指示 指示書 依頼 依頼書 処方 処方箋 処方せん 管理
    資産 備品 対照 社員 職員 従業員 法人 発行 本体 引換 お薬引換 依頼元 委託元 交付 ミーティング 会議室 パスコード 電話 携帯 携帯電話 ファックス ファクス 内線 直通 口座 支店 銀行 車両 登録商標 追跡
    送り状 問合せ 問い合わせ お問い合わせ 照会 保守 製剤 血液製剤 献血 製造販売 薬剤 医薬品 品目 材料 項目 検査項目 分類
    病名 傷病名 診療行為 点数 区分 診療科 病棟 ページ 頁 号車 発送 委託 契約書 工事 図面 通知 告示 公文書 発信 論文
    団体 学会 会議 議事 ISBN 予算 物品 滅菌 セット 器材 プロトコル プロトコール レジメン 暗証 確認 認定施設 ログイン ユーザー ユーザ 端末 整理棚 棚 保管庫
    """)
_THINGS = (
    r"(?:LOT|JAN|GTIN|NCT|jRCT|UMIN|S/N|SN|REF|YJ|HOT\d{0,2}|DOI|PMID|ISBN|ISSN|CPT|ICD(?:-10)?|DRG|DPC|QC|CTRL|"
    r"TEL|FAX|UDI|ATC|KEGG|LOINC|Cat|Serial|Model|Ref)(?![A-Za-z])|ロット|精度管理(?:検体|試料|物質)?|(?:陽性|陰性)?(?:対照|コントロール)(?:検体|試料|血清)?|型番|品番|バーコード|内線|電話|携帯|ファックス|ファクス|シリアル"
)
_POSTCODE = (
    _spaced("郵便番号 郵便コード")
    + r"|〠|(?<![A-Za-z])(?:ZIP|Post(?:al)?)[^\S\n]?(?:code)?(?![A-Za-z])"
)
_MY_NUMBER = (
    _spaced("マイナンバー マイナンバーカード 個人番号 個人番号カード") + r"|My[^\S\n]?Number"
)
_LICENCE = (
    _spaced("""
    医籍 歯科医籍 医師籍 薬剤師名簿 薬籍 看護師籍 准看護師籍 保健師籍 助産師籍 技師籍 臨床検査技師名簿 診療放射線技師籍 理学療法士名簿
    作業療法士名簿 管理栄養士名簿 保険薬剤師 麻薬施用者 麻薬管理者 麻薬研究者 麻薬取扱者 施用者 麻施
    """)
    + r"|(?:"
    + _spaced("""
    医師 歯科医師 薬剤師 看護師 准看護師 助産師 保健師 麻薬施用者 麻薬管理者 麻薬研究者 麻薬取扱者 麻薬 施用者 臨床検査技師
    診療放射線技師 臨床工学技士 理学療法士 作業療法士 言語聴覚士 管理栄養士 救急救命士 歯科衛生士 視能訓練士 公認心理師 専門医
    認定医 指導医 指定医 精神保健指定医 介護支援専門員 社会福祉士 精神保健福祉士 介護福祉士
    """)
    + rf")(?:の)?{_GAP}(?:免{_GAP}許|登{_GAP}録|認定|名簿|籍|証|(?={_GAP}(?:番号|No\.?|№)))"
    + r"|保険医(?!療|薬)|免許証|免許"
)
_LICENCE_END = rf"(?:(?:の)?{_GAP}(?:登録|免許|証|名簿|籍)){{0,3}}"
_INSURANCE_NUMBERED = _spaced("""
    保険 健康保険 医療保険 国民健康保険 国保 社保 健保 共済 組合 組合員 組合員証 加入者 世帯 記号 受給 受給者 受給者証 負担者
    公費 公費負担 公費負担者 公費負担医療 公費受給者 生活保護 生保 労災 労働保険 自賠責 年金 基礎年金 年金証書 障害者手帳
    身障手帳 身体障害者手帳 療育手帳 精神障害者保健福祉手帳 資格 市町村 後期高齢者 後期高齢者医療 介護 介護保険 福祉医療
    """)
_INSURANCE = (
    r"保険者等?|被保険者証?等?|(?:健康|介護|医療|国民健康)?保険証|資格確認書|資格情報のお知らせ|"
    r"受給者証?|負担者|公費(?:負担者|受給者|[1-4])?|"
    r"[一-龥]{2,8}(?:受給者証|受療証|医療証|資格者証|認定証|受給証)|(?:[一-龥]{0,4}障害者|療育|愛護|保健福祉|被爆者健康|被保険者|身障|精神)手帳|"
    r"介護保険|国保|社保|健保|協会けんぽ|共済|後期高齢者?(?:医療)?|生活保護|生保|難病|小慢|小児慢性|特定疾患|特定疾病|自立支援|労災|"
    r"(?:被扶養者|被保険者|組合員)証?|介護|負担"
)
_INSURANCE = _BETWEEN_KANJI.sub(lambda _: _GAP, _INSURANCE)
_PATIENT_NUMBERED = _spaced("""
    患者 患児 児 新生児 受診者 受診 来院 受付 受け付け 登録 整理 入院 外来 病歴 検体 標本 試料 検査材料 ブロック プレパラート 症例 当院
    院内 自院 他院 貴院 新患 検査 検査受付 紹介状 紹介 紹介元 逆紹介 利用者 入所者 入居者 会員 病理 組織 組織診 細胞診 剖検 会計 予約 整理券
    ケース 事例 住民 住民票 母子手帳 母子健康手帳 母子 手帳 連携手帳 台帳 ファイル ラベル 仮 救急 救急受付 撮影 画像 読影 内視鏡 手術 透析 輸血 被験者 被検者 対象者 参加者
    登録者 同意 同意書 相談 個別 識別 患者識別 個人識別 家族 地域連携 連携 パス 訪問 在宅 契約 調剤 薬歴 お薬手帳 診断書 リストバンド ネームバンド
    旧 新 共通 統合 匿名化 研究用 研究対象者 レセプト 明細 申請 申込 応募 通院 健診 人間ドック ドック 問診 問診票 送迎 搬送 事案 出動
    お客様 クライアント 傷病者 家族票 搬送 搬送先 送付 母 父 産科 小児 診察 診療 診療録 診察券 カルテ
    """)
_PATIENT_CODED = _spaced(
    "患者 受診者 利用者 被験者 会員 入所者 入居者 登録者 対象者 個人識別 識別 検体"
)
_PATIENT = (
    _spaced(
        "カルテ 診療録 診察券 診察カード 診療カード 患者カード 登録カード リストバンド ネームバンド 整理券 家族票"
    )
    + r"|(?:採血管|検体|リストバンド|患者)(?:の)?バーコード"
    + r"|(?<![A-Za-z])(?:MRN|UHID|P-?ID|HN)(?![A-Za-z])|(?<![A-Za-zァ-ヴー])I[^\S\n]?D(?:番号)?(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:Patient|Pt\.?|Chart|MR|Case|Study|Accession|Acc\.?|Specimen|Sample|Subject|Hosp(?:ital)?\.?|"
    r"Medical[^\S\n]Record|Record|Visit|Encounter)[^\S\n]?(?=No|ID|Num|#)"
)
_PATIENT_ALONE = r"患者(?:さん|様)?|検体|細胞診|組織診|剖検|標本|病理(?:組織)?|受付|整理|登録"
LABEL = re.compile(
    rf"(?P<postcode>{_POSTCODE})"
    rf"|(?P<thing>(?:{_THINGS_NUMBERED}|[一-龥]{{0,6}}[器機])(?:の)?{_GAP}{NUMBER_WORD}"
    rf"|(?<![A-Za-z])(?:{_THINGS})(?:番号|No\.?|コード)?)"
    rf"|(?P<my_number>(?:{_MY_NUMBER})(?:の)?(?:{NUMBER_WORD})?)"
    rf"|(?P<licence>(?:{_LICENCE}){_LICENCE_END}(?:の)?{_GAP}(?:{NUMBER_WORD}|記号)?)"
    rf"|(?P<patient>(?:{_PATIENT_NUMBERED})(?:の|用)?{_GAP}(?:(?!コード){NUMBER_WORD}){{1,2}}"
    rf"|(?:{_PATIENT_CODED})コード"
    rf"|(?:{_PATIENT}){_GAP}(?:{NUMBER_WORD}){{0,2}})"
    rf"|(?P<insurance>(?:{_INSURANCE}|{_INSURANCE_NUMBERED})(?:の)?(?:記号)?[・･]?{_GAP}{NUMBER_WORD}"
    rf"|(?<![一-龥])記{_GAP}号{_GAP}[・･及びと/]{{1,2}}{_GAP}番{_GAP}号|記号番号|枝{_GAP}番|(?<![一-龥])記{_GAP}号)"
    rf"|(?P<insurance_alone>{_INSURANCE})"
    rf"|(?P<patient_alone>{_PATIENT_ALONE})"
    rf"|(?P<bare>番{_GAP}号|(?<![A-Za-z])No\.?(?![A-Za-z])|№|(?<=[ァ-ヴー])ID(?![A-Za-z]))"
    rf"|(?P<code>コード)",
    re.IGNORECASE,
)
"""A label. Its group says what it means, and whether it alone is enough (``_alone``: it is not)."""
MEANINGS: dict[str, Meaning] = {
    "postcode": Kind.POSTCODE,
    "my_number": Kind.MY_NUMBER,
    "licence": Kind.LICENCE,
    "thing": OF_A_THING,
    "insurance": Kind.INSURANCE,
    "insurance_alone": Kind.INSURANCE,
    "patient": Kind.PATIENT_ID,
    "patient_alone": Kind.PATIENT_ID,
    "code": OF_A_THING,
    "bare": BARE,
}
_THING = "thing"
_TOPICS: dict[str, str] = {
    Kind.INSURANCE: r"保険|公費|記号|負担者|受給者|国保|社保|健保|けんぽ|共済|後期高齢|枝番",
    Kind.LICENCE: r"医籍|免許|保険医|薬剤師名簿|師籍|麻薬|薬剤師登録",
    Kind.PATIENT_ID: r"患者|カルテ|診察券|検体|標本|(?<![A-Za-z])ID(?![A-Za-z])|病理|受診者|受付|氏名",
    _THING: r"ロット|LOT|製造|型番|品番|シリアル|機種|機器|装置|器械|器具|インプラント|ステム|プレート|スクリュー|ネイル|ステント|カテーテル|"
    r"ペースメーカ|レンズ|IOL|メッシュ|ポンプ|電極|デバイス|滅菌|製剤|献血|医薬品|JAN|GTIN|UDI|REF|承認|認証|商標|論文|文献|告示|様式|伝票|"
    r"注文|発注|請求|領収|口座|銀行|振込|車両|資産|備品|在庫|倫理|課題|見積|オーダ|時刻|座標|カウント|金額",
}  # fmt: skip
_TOPIC = re.compile(
    "|".join(
        f"(?P<{kind}>{_BETWEEN_KANJI.sub(lambda _: _GAP, words)})"
        for kind, words in _TOPICS.items()
    )
)
TOPIC_LENGTH = 24


def topic(text: str, place: int) -> Kind | None:
    """What a number at ``place`` is of, by the last word before it in its sentence and line.

    None where that is a thing; a patient's where no word tells.
    """
    first = max(text.rfind("\n", 0, place), text.rfind("。", 0, place)) + 1
    first = max(first, place - TOPIC_LENGTH)
    groups = [each.lastgroup for each in _TOPIC.finditer(text, first, place)]
    if not groups or not groups[-1]:
        return Kind.PATIENT_ID
    return None if groups[-1] == _THING else Kind(groups[-1])
