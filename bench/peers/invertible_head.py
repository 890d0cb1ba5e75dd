"""Writes what AdapterHub's masked-LM head computes behind an invertible adapter, which the golden files lack.

    python bench/peers/invertible_head.py graft-core/src/test/resources/golden/base/bert_cls \
        graft-core/src/test/resources/golden/invertible_head.safetensors
"""

import sys

import torch
from adapters import AutoAdapterModel, BnConfig
from safetensors.torch import save_file

IDS = torch.tensor([[2, 40, 8, 61, 3], [2, 17, 90, 33, 3]])

# Flexible heads name their layers by number.
HEAD = {
    "cls.predictions.transform.dense.weight": "heads.mlm.0.weight",
    "cls.predictions.transform.dense.bias": "heads.mlm.0.bias",
    "cls.predictions.transform.LayerNorm.weight": "heads.mlm.2.weight",
    "cls.predictions.transform.LayerNorm.bias": "heads.mlm.2.bias",
    "cls.predictions.bias": "heads.mlm.3.bias",
}


def main():
    base, out = sys.argv[1:]
    model = AutoAdapterModel.from_pretrained(base, attn_implementation="eager")
    nice = BnConfig(
        mh_adapter=False,
        output_adapter=False,
        reduction_factor=16,
        non_linearity="relu",
        inv_adapter="nice",
        inv_adapter_reduction_factor=2,
    )
    model.add_adapter("a", config=nice)
    model.add_masked_lm_head("mlm")
    model.set_active_adapters("a")
    model.eval()
    generator = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if name.startswith("heads.") or "invertible" in name:
            values = torch.randn(parameter.shape, generator=generator) * 0.2
            parameter.data = values + 1 if name == HEAD["cls.predictions.transform.LayerNorm.weight"] else values
    model.heads["mlm"].get_output_embeddings().weight = model.get_input_embeddings().weight
    with torch.no_grad():
        logits = model(input_ids=IDS).logits
    state = model.state_dict()
    tensors = {name: state[key] for name, key in HEAD.items()}
    tensors |= {key.split(".a.")[1]: state[key] for key in state if ".invertible_adapters.a." in key}
    save_file({name: value.clone() for name, value in tensors.items()} | {"logits": logits}, out)


if __name__ == "__main__":
    main()
