"""Writes small tokenizers as RoBERTa and ALBERT have them, and what the tokenizers library makes of some texts.

    python bench/peers/tiny_tokenizers.py graft-core/src/test/resources/tokenizers
"""

import json
import pathlib
import sys

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = [
    "the movie was good and the plot was good",
    "the movie was bad and the actor was awful",
    "a very good story, and a very nice ending!",
    "this film is not a good film; the music is nice",
]

TEXTS = [
    ["the movie was good", None],
    ["the movie was good", "not a bad actor!"],
    ["", None],
    [" two  spaces and caf\u00e9 \u4e2d", "The END"],
    ["good " * 30, "bad " * 10],
]


def roberta():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(
        sep=("</s>", tokenizer.token_to_id("</s>")), cls=("<s>", tokenizer.token_to_id("<s>")), add_prefix_space=False
    )
    return tokenizer


def albert():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace("``", '"'),
            normalizers.Replace("''", '"'),
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=80,
        special_tokens=["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def expected(tokenizer, max_length):
    tokenizer.enable_truncation(max_length, strategy="longest_first")
    rows = []
    for text, pair in TEXTS:
        encoding = tokenizer.encode(text, pair)
        rows.append({"text": text, "pair": pair, "ids": encoding.ids, "types": encoding.type_ids})
    tokenizer.no_truncation()
    return {"max_length": max_length, "rows": rows}


def main():
    root = pathlib.Path(sys.argv[1])
    for name, tokenizer in {"roberta": roberta(), "albert": albert()}.items():
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        answers = expected(tokenizer, 24)
        tokenizer.save(str(folder / "tokenizer.json"))
        (folder / "expected.json").write_text(json.dumps(answers, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
