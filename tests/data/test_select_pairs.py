"""Pairs that are of no use for training, and those that stand twice."""

import pytest

from jmedlora.data.instruction_pair import Pair
from jmedlora.data.pairs.near_duplicates import duplicate_reasons, ngram_similarity
from jmedlora.data.pairs.select_pairs import reject_reason
from tests.support.read_pairs import EN, JA, MORE


@pytest.mark.parametrize(
    ("instruction", "output", "language", "reason"),
    [
        (*JA, "ja", ""),
        (*EN, "en", ""),
        (*EN, "any", ""),
        ("質問内容", "回答内容", "ja", "placeholder"),
        ("question content", "answer content", "any", "placeholder"),
        ("治療は？", "…", "ja", "placeholder"),
        ("正しいか？", "○", "ja", ""),
        ("用量は？", "5 mg", "ja", ""),
        ("血栓の評価法は？", "CHADS2", "ja", ""),
        ("病名は？", "深部静脈血栓症", "ja", ""),
        ("病名は？", "Duchenne muscular dystrophy", "ja", ""),
        ("診断は？", "申し訳ありませんが、診断はできません。", "ja", "refusal"),
        ("Which dose?", "I'm sorry, but I cannot give advice.", "en", "refusal"),
        ("診断は？", "AIとして診断は行えません", "ja", "refusal"),
        ("診断は？", "わかりません。", "ja", "refusal"),
        ("診断は？", "記載なし", "ja", "refusal"),
        ("診断は？", "特に記載がありません。", "ja", "refusal"),
        ("Which dose?", "I do not know.", "en", "refusal"),
        ("Why is it untreated?", "Many do not know that they are ill.", "en", ""),
        ("治るか？", "残念ながら根治は困難です。", "ja", ""),
        ("治るか？", "残念ながらお答えできません。", "ja", "refusal"),
        ("何をする？", "患者から提供された情報をもとに診断する。", "ja", ""),
        ("死亡診断書は？", "看護師は作成できません。", "ja", ""),
        ("上記の文章によると治療は？", "安静です。", "ja", "refers to the text"),
        ("本文で述べられた治療は？", "安静です。", "ja", "refers to the text"),
        ("治療は？", "この文章では安静とされます。", "ja", "refers to the text"),
        ("与えられた情報から何が分かるか？", "肺炎です。", "ja", "refers to the text"),
        ("According to the passage, what is it?", "A clot.", "en", "refers to the text"),
        ("What does the article above say?", "It is a clot.", "en", "refers to the text"),
        ("Explain it in the context of heart failure.", "It is a clot.", "en", ""),
        ("日本文化と健康の関係は？", "食事が関係します。", "ja", ""),
        (*EN, "ja", "wrong language"),
        (*JA, "en", "wrong language"),
        (JA[0], EN[1], "ja", "wrong language"),
        (
            JA[0],
            "心力衰竭是心脏泵血功能下降导致的一种临床综合征需要及时治疗",
            "ja",
            "wrong language",
        ),
        (JA[0], "심부전입니다", "ja", "wrong language"),
        (JA[0], "心力衰竭的症状包括呼吸困难和水肿。", "ja", "wrong language"),
        (JA[0], "心臟衰竭的症狀包括呼吸困難。", "ja", "wrong language"),
        ("什么是心力衰竭？", JA[1], "ja", "wrong language"),
        ("What is it?", JA[1], "ja", "wrong language"),
        ("要因は？", "遺伝的要因、環境的要因", "ja", ""),
        ("症状は？", "瘙痒、囊胞", "ja", ""),
        ("What is Kampo (漢方)?", "A traditional medicine.", "en", ""),
        ("心不全とは？", "心不全 とは？", "ja", "output is the instruction"),
    ],
)
def test_pairs_that_are_of_no_use(instruction, output, language, reason):
    assert reject_reason(Pair(instruction, output, "", 1, ""), language) == reason


def test_near_duplicates():
    def found(threshold, *texts):
        return duplicate_reasons([Pair(*text, "", 1, "") for text in texts], threshold)

    spaced = (JA[0].replace("何", " 何"), JA[1].replace("。", "｡"))
    assert found(1, JA, spaced, MORE) == ["", "duplicate", ""]
    one = "abcdefghij", "klmnopqrst"  # 16 grams
    other = "abcdefghij", "klmnopqrsu"  # 15 of them and one of its own: 15 / 17
    assert ngram_similarity("".join(one), "".join(other)) == 15 / 17
    assert found(0.85, one, other) == ["", "near-duplicate"]
    assert found(0.89, one, other) == ["", ""]
    assert found(1, one, other) == ["", ""]
    assert found(0.8, ("a", "b"), ("a", "b"), ("a", "c")) == ["", "duplicate", ""]
