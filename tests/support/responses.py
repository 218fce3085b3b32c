"""Lines of ``responses.jsonl`` as ``jmed-data generate`` writes them."""

import hashlib

TOPICS = ["心不全", "肺炎", "脳梗塞", "糖尿病", "喘息", "胃潰瘍"]
TOPICS += ["肝硬変", "貧血", "甲状腺炎", "痛風", "骨折", "結核"]


def response(content, *, source="docs/a.txt", start=0, sample=0, **fields):
    key = hashlib.sha256(f"{source} {start} {sample}".encode()).hexdigest()
    return {
        "key": key, "source": source, "source_sha256": "ab" * 32, "encoding": "utf-8",
        "start": start, "end": start + 500, "prompt": "ja", "prompt_sha256": "cd" * 32,
        "pairs": 2, "model": "local-model", "host": "127.0.0.1:8000",
        "parameters": {"temperature": 0.7, "max_tokens": 1024}, "sample": sample, "order": 0,
        "content": content, "finish_reason": "stop", "usage": None, "answered_by": None,
        "received": "2026-01-02T03:04:05Z", **fields,
    }  # fmt: skip


def two_pairs(topic):
    return (
        f"'instruction': '{topic}の原因は？', 'output': '{topic}は多くの要因で起こります。'\n"
        f"'instruction': '{topic}をどう治す？', 'output': 'まず安静とし、{topic}の薬を使う。'"
    )


def chunks(count=12, source="docs/a.txt"):
    topics = TOPICS[:count]
    return [
        response(two_pairs(each), source=source, start=500 * i) for i, each in enumerate(topics)
    ]
