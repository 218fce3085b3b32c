"""What several tests of the data room share."""

import shutil

import pytest
from transformers import AutoTokenizer

from tests.support.generate import write_documents
from tests.support.overlap import CHOICES, SHORT, STEM, write_exam


@pytest.fixture(scope="session")
def tokenizer(tiny_model):
    found = AutoTokenizer.from_pretrained(tiny_model)
    assert len(found("~" * 300).input_ids) == 300
    return found


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


@pytest.fixture
def exam(tmp_path):
    """Two questions, the second of which has a short stem."""
    return write_exam(tmp_path / "own.jsonl", ("Q1", STEM, CHOICES), ("Q2", SHORT, CHOICES[::-1]))


@pytest.fixture
def docs(tmp_path):
    """Three documents of two chunks each at ``--max-chars 50``."""
    return write_documents(tmp_path / "docs")
