"""Pairs to put into responses, and what is read from a response."""

from jmedlora.data.parse.read_response import read_response

JA = ("心不全とは何ですか？", "心臓のポンプ機能が低下した状態です。")
EN = ("What is heart failure?", "A state in which the heart pumps too little blood.")
MORE = ("利尿薬の役割は？", "体液を減らし、息切れを和らげます。")


def pairs(text, finish="stop"):
    return [(pair.instruction, pair.output) for pair in read_response(text, finish).pairs]


def rejects(text, finish="stop"):
    return [(reject.line, reject.reason) for reject in read_response(text, finish).rejects]
