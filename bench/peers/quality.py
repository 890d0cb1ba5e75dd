"""Fine-tunes a plain transformers BERT, all of it, on the rows and batches that Graft wrote, the way Graft's quality grid trains.

AdamW (no decay on biases and norms), linear warm-up and decay, one norm for clipping, the best epoch by accuracy on the held-back rows,
ties broken by their loss. It starts when a line comes on standard input; the answer is one line of JSON on standard output.
"""

import argparse
import json
import math
import os
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from torch import nn

from peer import Classifier, encoder, tensors

EVALUATION_BATCH = 64


def share(step, warmup, total):
    return (step + 1) / warmup if step < warmup else max(0.0, (total - step) / max(1, total - warmup))


def batch(rows, indices):
    return tensors({key: [rows[key][i] for i in indices] for key in ("ids", "types", "labels")})


def logits(model, rows, autocast):
    """The logits of all rows in order, computed in batches of like length."""
    model.eval()
    order = sorted(range(len(rows["ids"])), key=lambda i: -len(rows["ids"][i]))
    found = [None] * len(order)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        for start in range(0, len(order), EVALUATION_BATCH):
            indices = order[start : start + EVALUATION_BATCH]
            ids, types, mask, _ = batch(rows, indices)
            for i, row in zip(indices, model(ids, types, mask).float()):
                found[i] = row
    return torch.stack(found)


def train(args, data, model, autocast):
    trained = list(model.parameters())
    groups = []
    for rate, module in ((args.lr, model.encoder), (args.head_lr, model.head)):
        for decay, wanted in ((0.01, lambda p: p.ndim > 1), (0.0, lambda p: p.ndim <= 1)):
            groups.append({"params": [p for p in module.parameters() if wanted(p)], "lr": rate, "weight_decay": decay})
    optimizer = torch.optim.AdamW(groups, fused=True)
    total = sum(len(epoch) for epoch in data["epochs"])
    warmup = math.ceil(0.06 * total)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: share(step, warmup, total))
    best = None
    lowest = (math.inf, 0)
    for epoch, batches in enumerate(data["epochs"], 1):
        model.train()
        for indices in batches:
            ids, types, mask, labels = batch(data["train"], indices)
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                out = model(ids, types, mask)
            loss = nn.functional.cross_entropy(out.float(), labels)
            if not math.isfinite(loss.item()):
                break
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
        held = logits(model, data["held"], autocast)
        labels = torch.tensor(data["held"]["labels"])
        accuracy = (held.argmax(1) == labels).double().mean().item()
        loss = nn.functional.cross_entropy(held, labels).item()
        print(f"  epoch {epoch} of {len(data['epochs'])}: {100 * accuracy:.2f} on the held-back rows", file=sys.stderr, flush=True)
        if best is None or (accuracy, -loss) > best[0]:
            best = ((accuracy, -loss), epoch, held.argmax(1).tolist(), {k: v.clone() for k, v in model.state_dict().items()})
        lowest = min(lowest, (loss, epoch))
        if epoch - max(best[1], lowest[1]) >= 3:
            break
    _, epoch, held, state = best
    model.load_state_dict(state)
    return epoch, held


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--labels", type=int, required=True)
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--head-lr", type=float, required=True)
    parser.add_argument("--dropout", type=float, required=True, help="in the base")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--dtype", choices=["fp32", "bf16"], required=True)
    args = parser.parse_args()
    args.method, args.attention = "full", "sdpa"

    torch.manual_seed(args.seed)
    torch.set_num_threads(os.cpu_count())
    with open(args.rows, encoding="utf-8") as file:
        data = json.load(file)
    inner, config = encoder(args)
    model = Classifier(inner, config.graft_pooling, config.hidden_size, args.labels, 0.1)
    nn.init.normal_(model.head.weight, std=0.02)
    nn.init.zeros_(model.head.bias)
    autocast = args.dtype == "bf16"
    print(json.dumps({"trained": sum(p.numel() for p in model.parameters())}), flush=True)
    sys.stdin.readline()
    start = time.perf_counter()
    epoch, held = train(args, data, model, autocast)
    seconds = time.perf_counter() - start
    reported = logits(model, data["reported"], autocast).argmax(1).tolist() if "reported" in data else []
    print(json.dumps({"epoch": epoch, "held": held, "reported": reported, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
