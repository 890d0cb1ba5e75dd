"""Loads adapters that Graft exported with PEFT or AdapterHub, and bases that it merged with transformers: prints their logits, one
JSON line each.

Usage: load_exports.py BASE ADAPTER...   the inputs are IDS below, which PeersLoadExportsTest gives to Graft too
"""

import json
import sys
import warnings
from pathlib import Path

import torch

IDS = [[2, 40, 8, 3, 0, 0], [2, 17, 90, 33, 12, 3]]


def peft(base, folder):
    from peft import PeftModel
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(base, attn_implementation="eager", num_labels=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error", category=UserWarning)  # PEFT only warns of missing tensors
        warnings.filterwarnings("ignore", message="Unsupported layer type")  # its own LayerNorm tuning's
        return PeftModel.from_pretrained(model, folder)


def adapterhub(base, folder):
    from adapters import AutoAdapterModel

    model = AutoAdapterModel.from_pretrained(base, attn_implementation="eager")
    info = {}
    model.load_adapter(folder, set_active=True, loading_info=info)
    # Every attention knows the one prefix by a name of its own, and a norm before an adapter has two; one of them in the
    # file is enough.
    parameters = model.state_dict(keep_vars=True)
    missing_keys = info.get("missing_keys", [])
    read = {id(value) for key, value in parameters.items() if key not in missing_keys}
    missing = [
        key for key in missing_keys if ".prefix_tuning.pool." not in key and id(parameters[key]) not in read
    ]
    assert not missing and not info.get("unexpected_keys"), info
    return model


def merged(_, folder):
    from transformers import AutoModelForSequenceClassification

    model, info = AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation="eager", output_loading_info=True
    )
    assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
    return model


def loader(folder):
    if (folder / "model.safetensors").exists():
        return merged
    return peft if "peft_type" in json.loads((folder / "adapter_config.json").read_text()) else adapterhub


def main():
    base, *folders = sys.argv[1:]
    ids = torch.tensor(IDS)
    for folder in folders:
        model = loader(Path(folder))(base, folder).eval()
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=(ids != 0).long()).logits
        print(json.dumps({"adapter": folder, "logits": logits.tolist()}), flush=True)


if __name__ == "__main__":
    main()
