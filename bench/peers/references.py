"""Writes the small bases of random weights, and what transformers computes with them, that the golden files lack.

    python bench/peers/references.py graft-core/src/test/resources/golden
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import AlbertConfig, BertConfig, DistilBertConfig, ElectraConfig, RobertaConfig

SIZES = dict(hidden_size=32, num_attention_heads=4, intermediate_size=37, vocab_size=100, num_labels=3)
SMALL = SIZES | dict(hidden_size=16, intermediate_size=21)
# At least as many words as tiny_tokenizers.py makes for an ALBERT; RoBERTa has two positions more than texts have.
TINY = dict(
    hidden_size=16,
    num_attention_heads=4,
    intermediate_size=21,
    num_hidden_layers=1,
    vocab_size=80,
    max_position_embeddings=66,
    hidden_act="relu",
)

# ALBERT: four repetitions in two groups of two inner layers are eight layers on four sets of tensors.
CLASSIFIERS = {
    "albert_cls": AlbertConfig(
        **SMALL,
        embedding_size=8,
        num_hidden_layers=4,
        num_hidden_groups=2,
        inner_group_num=2,
        max_position_embeddings=64,
        architectures=["AlbertForSequenceClassification"],
    ),
    "distilbert_cls": DistilBertConfig(
        dim=16,
        n_layers=2,
        n_heads=4,
        hidden_dim=21,
        vocab_size=100,
        num_labels=3,
        max_position_embeddings=64,
        architectures=["DistilBertForSequenceClassification"],
    ),
    "electra_cls": ElectraConfig(
        **SIZES,
        embedding_size=16,
        num_hidden_layers=2,
        max_position_embeddings=64,
        architectures=["ElectraForSequenceClassification"],
    ),
    # As many words as tiny_tokenizers.py makes for a RoBERTa.
    "roberta_padded": RobertaConfig(
        **SMALL | dict(vocab_size=320),
        num_hidden_layers=2,
        max_position_embeddings=66,
        type_vocab_size=1,
        architectures=["RobertaForSequenceClassification"],
    ),
}

# Layers with another nonlinearity than GELU, which RoBERTa's and ELECTRA's heads have whatever the layers have.
MASKED_LM = {
    "albert": AlbertConfig(**TINY, embedding_size=8, architectures=["AlbertForMaskedLM"]),
    "bert": BertConfig(**TINY, architectures=["BertForMaskedLM"]),
    "distilbert": DistilBertConfig(
        dim=16,
        n_layers=1,
        n_heads=4,
        hidden_dim=21,
        vocab_size=80,
        max_position_embeddings=66,
        activation="relu",
        architectures=["DistilBertForMaskedLM"],
    ),
    "electra": ElectraConfig(**TINY, embedding_size=8, architectures=["ElectraForMaskedLM"]),
    "roberta": RobertaConfig(**TINY | dict(vocab_size=320, type_vocab_size=1), architectures=["RobertaForMaskedLM"]),
}

# No padding, padding on the right, padding on the left.
MASK = torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1]])


def randomise(model, generator):
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator) * 0.2
        is_norm = name.lower().endswith("norm.weight")
        parameter.data = values + 1 if is_norm else values


def batch(config, generator):
    ids = torch.randint(5, config.vocab_size, MASK.shape, generator=generator)
    ids[MASK == 0] = config.pad_token_id
    inputs = {"input_ids": ids, "attention_mask": MASK}
    if hasattr(config, "type_vocab_size"):
        inputs["token_type_ids"] = torch.randint(0, config.type_vocab_size, MASK.shape, generator=generator)
    return inputs


def write(folder, config):
    generator = torch.Generator().manual_seed(1)
    class_name = config.architectures[0]
    model = getattr(transformers, class_name)._from_config(config, attn_implementation="eager").eval()
    randomise(model, generator)
    model.save_pretrained(folder)
    inputs = batch(config, generator)
    with torch.no_grad():
        logits = model(**inputs).logits
    tensors = {f"input.{name}": values for name, values in inputs.items()}
    save_file(tensors | {"output.logits": logits}, folder / "expected.safetensors")
    manifest = {
        "class": class_name,
        "kind": "base model",
        "model": folder.name,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)


def main():
    root = pathlib.Path(sys.argv[1])
    for folder, references in {"base": CLASSIFIERS, "masked_lm": MASKED_LM}.items():
        for name, config in references.items():
            write(root / folder / name, config)


if __name__ == "__main__":
    main()
