"""Trains and predicts with the Python libraries on batches that Graft wrote, when it is told to.

One line on standard input is one round over all batches; the answer is one line of JSON on standard output. Graft and this program
take turns, so that both are measured in the same minutes.
"""

import argparse
import json
import os
import sys
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from torch import nn
from transformers import AutoConfig, BertModel


class Classifier(nn.Module):
    """The first token's state or the mean over real tokens, and one linear layer, as Graft's head on this base."""

    def __init__(self, encoder, pooling, hidden, labels, dropout):
        super().__init__()
        self.pooling = pooling
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, labels)

    def forward(self, ids, types, mask):
        states = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        if self.pooling == "CLS":
            return self.head(self.dropout(states[:, 0].float()))
        weights = mask[:, -states.shape[1] :].unsqueeze(-1).to(torch.float32)
        states = states[:, -weights.shape[1] :]
        pooled = (states.float() * weights).sum(1) / weights.sum(1)
        return self.head(self.dropout(pooled))


def encoder(args):
    config = AutoConfig.from_pretrained(args.base)
    config.hidden_dropout_prob = args.dropout
    config.attention_probs_dropout_prob = args.dropout
    model = BertModel.from_pretrained(
        args.base, config=config, add_pooling_layer=False, attn_implementation=args.attention
    )
    if args.method == "houlsby":
        import adapters
        from adapters import DoubleSeqBnConfig

        adapters.init(model)
        model.add_adapter("a", config=DoubleSeqBnConfig(reduction_factor=config.hidden_size / args.size), set_active=True)
        model.train_adapter("a")
    elif args.method in ("lora", "prefix", "prompt"):
        from peft import LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model

        peft_config = {
            "lora": lambda: LoraConfig(r=args.size, lora_alpha=2 * args.size, target_modules=["query", "value"]),
            "prefix": lambda: PrefixTuningConfig(
                num_virtual_tokens=args.size, task_type="FEATURE_EXTRACTION"
            ),
            "prompt": lambda: PromptTuningConfig(
                num_virtual_tokens=args.size, task_type="FEATURE_EXTRACTION"
            ),
        }[args.method]()
        model = get_peft_model(model, peft_config)
    elif args.method != "full":
        model.requires_grad_(False)
        upper = model.encoder.layer[-args.size :] if args.method == "top-k" else []
        for layer in upper:
            layer.requires_grad_(True)
    return model, config


def tensors(batch):
    width = max(len(row) for row in batch["ids"])
    pad = lambda rows: torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in batch["ids"]])
    return pad(batch["ids"]), pad(batch["types"]), mask, torch.tensor(batch["labels"])


def train_round(model, optimizer, batches, autocast):
    model.train()
    for batch in batches:
        ids, types, mask, labels = tensors(batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            logits = model(ids, types, mask)
        loss = nn.functional.cross_entropy(logits.float(), labels)
        loss.item()
        loss.backward()
        nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)


def predict_round(model, batches, autocast):
    model.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        for batch in batches:
            ids, types, mask, _ = tensors(batch)
            model(ids, types, mask).float().numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--batches", required=True)
    parser.add_argument("--method", required=True, choices=["houlsby", "lora", "prefix", "prompt", "top-k", "full", "head"])
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--labels", type=int, required=True)
    parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    parser.add_argument("--dropout", type=float, default=0.0, help="in the base; BERT's and so the libraries' own is 0.1")
    parser.add_argument("--mode", choices=["train", "predict"], default="train")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    with open(args.batches, encoding="utf-8") as file:
        batches = json.load(file)
    inner, config = encoder(args)
    model = Classifier(inner, config.graft_pooling, config.hidden_size, args.labels, 0.1)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, fused=True)
    autocast = args.dtype == "bf16"
    rows = sum(len(batch["ids"]) for batch in batches)
    print(json.dumps({"trained": sum(p.numel() for p in trained)}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        if args.mode == "train":
            train_round(model, optimizer, batches, autocast)
        else:
            predict_round(model, batches, autocast)
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "rows": rows}), flush=True)


if __name__ == "__main__":
    main()
