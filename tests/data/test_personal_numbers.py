"""Numbers, addresses and postcodes as documents of hospitals write them, and numbers of things.

The samples are of our own; a mark is as in tests/data/personal. Names are not looked at here.
"""

import pytest

from jmedlora.data.personal.detect import Detector
from jmedlora.data.personal.recognisers.check_digits import has_check_digit, is_insurer
from tests.support.personal import read_marked

pytestmark = pytest.mark.xdist_group("ginza")
PATIENTS = (
    "患 者 番 号　⟦PATIENT_ID:00-41-2873⟧　　　発行番号 20240611-0032",
    "患者さんのIDは⟦PATIENT_ID:5501234⟧です。診察券の番号は⟦PATIENT_ID:12-3456⟧でした。",
    "病理No. ⟦PATIENT_ID:H24-03321⟧　受付No. ⟦PATIENT_ID:1188-24⟧　前回 ⟦PATIENT_ID:H23-10022⟧",
    "ブロックID：⟦PATIENT_ID:H24-03321-1⟧、⟦PATIENT_ID:H24-03321-2⟧",
    "MRN=⟦PATIENT_ID:M0045123⟧; Encounter ID: ⟦PATIENT_ID:E-2024-8812⟧",
    "PID|1||⟦PATIENT_ID:00987612⟧^^^HOSP",
    "整理番号　⟦PATIENT_ID:048⟧",
    "検体：血培 ⟦PATIENT_ID:240611-B03⟧（検体番号）",
    "症例番号 ⟦PATIENT_ID:TK-015⟧",
    "ＩＤ　Ｎｏ．⟦PATIENT_ID:３３４４５⟧",
    "予約番号は⟦PATIENT_ID:A0123⟧、会計番号は⟦PATIENT_ID:512⟧番。",
    "診察券番号\n⟦PATIENT_ID:9988776⟧",
    "カルテは⟦PATIENT_ID:45-00123⟧へ統合、旧番号⟦PATIENT_ID:45-00099⟧は廃止",
    "採血管バーコード ⟦PATIENT_ID:2405010118⟧",
    "搬送先ID（発行後に記入）⟦PATIENT_ID:0877-1123⟧",
    "対象患者ID：⟦PATIENT_ID:6650012⟧、⟦PATIENT_ID:6650078⟧、⟦PATIENT_ID:6651100⟧",
    "外来カルテ ⟦PATIENT_ID:7-88120⟧ / 入院カルテ ⟦PATIENT_ID:24-01288⟧",
    "患者番号【⟦PATIENT_ID:4455667⟧】　受付番号【⟦PATIENT_ID:B045⟧】",
    "患者ID\t項目\t検体No\t結果\n⟦PATIENT_ID:K20-0098⟧\tNa\t⟦PATIENT_ID:30611-5⟧\t140",
    "| 項目 | 診察券番号 |\n|---|---|\n| Na | ⟦PATIENT_ID:100234⟧ |",
    "患者番号,性別\n⟦PATIENT_ID:778812⟧,男\n⟦PATIENT_ID:778813⟧,女",
    "患者番号 ⟦PATIENT_ID:12345⟧　名前は空欄、年齢 76",
    "カ ル テ 番 号　⟦PATIENT_ID:K 3391⟧",
    "登録番号・・・・・・⟦PATIENT_ID:77-0123⟧",
    "患者番号 ⟦PATIENT_ID:0041\n2873⟧",
    "検体番号：⟦PATIENT_ID:二〇四七一⟧",
    "病理標本　⟦PATIENT_ID:24 - 0331⟧",
    "No 検体番号 材料 結果\n1 ⟦PATIENT_ID:0611-1⟧ 血清 140",
    "患者番号 / 材料 / 結果\n⟦PATIENT_ID:0331⟧ / 血清 / 12.3",
    "検体ID　　　　患者ID　　　　材料\n⟦PATIENT_ID:24060112⟧　　⟦PATIENT_ID:0187712⟧　　血清",
)
OTHERS = (
    "保 険 者 番 号 ⟦INSURANCE:01130012⟧　記　号　⟦INSURANCE:7131-2⟧　番　号　⟦INSURANCE:882⟧",
    "保険者番号　⟦INSURANCE:3 9 1 3 1 2 3 4⟧",
    "公費負担者番号 | ⟦INSURANCE:5|4|1|3|6|0|1|5⟧ |",
    "被保険者証・被保険者手帳等の記号・番号　⟦INSURANCE:文京・12345⟧",
    "公費①　負担者番号　⟦INSURANCE:54136015⟧　受給者番号　⟦INSURANCE:1234562⟧",
    "保険者：⟦INSURANCE:06130012⟧（東京健保）　枝番 ⟦INSURANCE:00⟧",
    "国民健康保険　記号 ⟦INSURANCE:金17⟧　番号 ⟦INSURANCE:009912⟧",
    "自立支援の受給者証は番号⟦INSURANCE:5566778⟧",
    "保険は ⟦INSURANCE:39131234⟧ と聞いた",
    "医籍登録 ⟦LICENCE:第312345号⟧",
    "保険医登録番号　⟦LICENCE:東医123456⟧",
    "氏名\t職種\t免許番号\n北村\t麻薬施用者\t⟦LICENCE:13-00456⟧",
    "薬剤師 滝本　（登録番号　⟦LICENCE:389012⟧）",
    "マイナンバー（本人 / 配偶者 ⟦MY_NUMBER:1234 5678 9018⟧ / ⟦MY_NUMBER:1234 5678 9017⟧）",
    "保険者番号：⟦INSURANCE:0613 3251⟧　記号：⟦INSURANCE:60⟧　番号：⟦INSURANCE:1⟧",
    "個人番号（12桁）：⟦MY_NUMBER:1 2 3 4 5 6 7 8 9 0 1 8⟧",
    "マイナンバー欄には誤って ⟦MY_NUMBER:123456789012⟧ と書かれていた",
    "個人番号通知書のコピーに\n⟦MY_NUMBER:1234\n5678\n9018⟧\nとあった。",
    "本人確認　12桁の番号：⟦MY_NUMBER:123456789018⟧",
    "郵便番号　⟦POSTCODE:８１０－０００１⟧",
    "postalCode: ⟦POSTCODE:530-0001⟧",
    "患者番号,郵便番号\n⟦PATIENT_ID:778812⟧,⟦POSTCODE:231-0001⟧",
    "⟦POSTCODE:〒 166 0004⟧　⟦ADDRESS:東京都杉並区阿佐谷南9ノ99ノ9⟧",
    "⟦ADDRESS:京都市中京区富小路通三条下る朝倉町99番地 グランコート三条 503⟧",
    "⟦ADDRESS:北海道札幌市北区北18条西5丁目2-20 コーポ雪301⟧",
    "退院先　⟦ADDRESS:岩手県紫波郡矢巾町大字藤沢第99地割1番地の5⟧",
    "実家　⟦ADDRESS:石川県金沢市香林坊九の九の九⟧",
    "住所　⟦POSTCODE:５３０の０００５⟧　⟦ADDRESS:大阪市北区中之島九丁目\n九番九号⟧",
    "前住所：⟦ADDRESS:新潟県佐渡市真野新町999番地甲⟧",
    "⟦ADDRESS:金沢市鞍月9丁目9番地 メゾンくらつき 1-305⟧",
    "居住地：⟦ADDRESS:美しが丘9丁目3番2号⟧",
)
THINGS = (
    "人工骨頭　ステム 71331146、カップ 71335552、ペースメーカ PNK664213。",
    "ベッド番号 12、部屋番号 305号室、内線 33055、PHS 70123。",
    "オーダー番号 20240611-00123、伝票番号 4410-5550-2219、請求書No. 2024-0611-0087。",
    "輸液ポンプ TE-171（管理番号 ME-0231、シリアル 18090123）、測定器 No. 12345。",
    "アムロジピン錠5mg（YJ 2171022F1029）、JAN 4987123456784、GTIN 14987123456787。",
    "PLT 245000、WBC 12300、CK 18230、フェリチン 1234567 ng/mL、BNP 1820.5。",
    "doi:10.1056/NEJMoa2034577、PMID 33301246、UMIN000012345、NCT04368728。",
    "医療機関コード 1312345、薬局番号 12-3456、事業所番号 1362590123。",
    "血液製剤番号 12-3456-7890、献血番号 1234567890、製造番号 K0D5519。",
    "REF 71331146、LOT 23KM00871、SN 000123456。対照スライド CTRL-77-1。",
    "研究番号 2023-115、倫理審査受付番号 2023-0456、文書番号 医安-0012。",
    "検体は 3 本、番号 1 から 5 まで。No.3 は欠番。カルテ 3 枚を印刷。",
    "告示第123号、医政発第0330010号。会議室 3012、ミーティングID 884 1234 5678",
)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def found(detector: Detector, text: str) -> list[tuple[str, str]]:
    findings = [(each.kind.value, text[each.start : each.end]) for each in detector.find(text)]
    return [each for each in findings if each[0] != "NAME"]


@pytest.mark.parametrize("marked", [*PATIENTS, *OTHERS])
def test_what_is_found(detector, tmp_path, marked):
    path = tmp_path / "sample.txt"
    path.write_text(marked, encoding="utf-8")
    text, spans = read_marked(path)
    assert found(detector, text) == [(kind, text[start:end]) for start, end, kind in spans]


@pytest.mark.parametrize("text", THINGS)
def test_a_number_of_a_thing_is_no_finding(detector, text):
    assert found(detector, text) == []


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("06140016", True),  # 0+6+2+4+0+0+2 = 14, 10 - 4 = 6
        ("06140017", False),
        ("06990018", False),  # no prefecture has the number 99
        ("0614001", False),
    ],
)
def test_the_check_digit_of_an_insurer(number, is_one):
    assert is_insurer(number) is is_one


def test_the_check_digit_of_a_my_number():
    assert has_check_digit("123456789018")
    assert not has_check_digit("123456789019")
