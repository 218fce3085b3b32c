"""Texts made of the pieces that answers to an examination have."""

from hypothesis import strategies as st

fragments = st.lists(
    st.sampled_from(
        ["a", "b", "e", "f", "Ｃ", "①", "2", ",", "、", "と", "または", "答え", ":", "は", "です",
         "。", "\n", " ", "(", ")", "「", "」", "型", "ない", "answer", "is", "vitamin ", ".", "か"]
    ) | st.text(max_size=5)
).map("".join)  # fmt: skip
