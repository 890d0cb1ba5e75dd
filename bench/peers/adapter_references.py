"""Writes adapters of PEFT and AdapterHub on the small bases that references.py wrote, and what they compute.

    python bench/peers/adapter_references.py graft-core/src/test/resources/golden
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # PEFT looks for the base's name there

import adapters
import peft
import torch
import transformers
from adapters import DoubleSeqBnConfig, LoRAConfig, ParBnConfig, PrefixTuningConfig, SeqBnConfig, SeqBnInvConfig
from adapters import IA3Config as IA3AdapterConfig
from peft import IA3Config, LNTuningConfig, LoraConfig
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

NAME = "a"

# Every family's own names of places, and the second layer of its head, which PEFT saves where it is told to.
PEFT = {
    "roberta_padded": {"lora": LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=6, target_modules=["query", "dense"])},
    "electra_cls": {"ia3": IA3Config(
        task_type="SEQ_CLS", target_modules=["key", "value", "output.dense"], feedforward_modules=["output.dense"])},
    "distilbert_cls": {"lora": LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=6, target_modules=["q_lin", "lin2"],
        modules_to_save=["pre_classifier", "classifier"])},
    "albert_cls": {"ln_tuning": LNTuningConfig(
        task_type="SEQ_CLS", target_modules=["LayerNorm", "full_layer_layer_norm"])},
}
ADAPTERHUB = {
    "roberta_padded": {
        "seq_bn": SeqBnConfig(reduction_factor=4),
        "double_seq_bn_layers": DoubleSeqBnConfig(reduction_factor={"0": 2, "default": 8}),
        "par_bn_leave_out": ParBnConfig(reduction_factor=4, leave_out=[1]),
    },
    "electra_cls": {
        "seq_bn_inv": SeqBnInvConfig(reduction_factor=4),
        "lora_leave_out": LoRAConfig(r=2, alpha=6, leave_out=[0]),
        "ia3_leave_out": IA3AdapterConfig(leave_out=[1]),
    },
    "distilbert_cls": {
        "seq_bn": SeqBnConfig(reduction_factor=4),
        "prefix": PrefixTuningConfig(flat=True, prefix_length=3),
        "lora": LoRAConfig(r=2, alpha=6, attn_matrices=["q", "k"], intermediate_lora=True, output_lora=True),
    },
}


def open_base(root, name):
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_pretrained(root / "base" / name, attn_implementation="eager").eval()


def randomise(parameters, seed):
    generator = torch.Generator().manual_seed(seed)
    for parameter in parameters:
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.2 + parameter.data


def write(folder, root, base, model, library):
    inputs = {
        key: values
        for key, values in load_file(root / "base" / base / "expected.safetensors").items()
        if key.startswith("input.")
    }
    with torch.no_grad():
        plain = open_base(root, base)(**{key.removeprefix("input."): values for key, values in inputs.items()}).logits
        logits = model(**{key.removeprefix("input."): values for key, values in inputs.items()}).logits
    assert (logits - plain).abs().max() > 0.01, "the adapter does nothing"
    weights = torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))
    save_file(inputs | {"output.logits": logits, "loss.weights": weights}, folder / "expected.safetensors")
    versions = {"torch": torch.__version__, "transformers": transformers.__version__} | library
    (folder / "manifest.json").write_text(json.dumps({"kind": "adapter", "model": base} | versions, indent=1) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)


def write_peft(root, base, case, config):
    folder = root / "peft" / base / case
    model = peft.get_peft_model(open_base(root, base), config)
    randomise([p for p in model.parameters() if p.requires_grad], 1)
    model.base_model.config._name_or_path = "tiny/" + base
    config.base_model_name_or_path = "tiny/" + base
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    write(folder, root, base, model.eval(), {"peft": peft.__version__})


def write_adapterhub(root, base, case, config):
    folder = root / "adapterhub" / base / case
    model = open_base(root, base)
    adapters.init(model)
    model.config._name_or_path = "tiny/" + base
    model.add_adapter(NAME, config=config)
    model.train_adapter(NAME)
    model.set_active_adapters(NAME)
    randomise([p for n, p in model.named_parameters() if p.requires_grad and "classifier" not in n], 2)
    head = [p for n, p in model.named_parameters() if "classifier" in n]
    randomise(head, 4)
    model.eval()
    folder.mkdir(parents=True, exist_ok=True)
    if case == "prefix":  # its tensors have several names, which only torch's own format can say
        model.save_adapter(folder, NAME, with_head=True)
        tensors = torch.load(folder / "pytorch_adapter.bin", weights_only=True)
        save_file({key: value.clone() for key, value in tensors.items()}, folder / "all_keys.safetensors")
        head = torch.load(folder / "pytorch_model_head.bin", weights_only=True)
        save_file(head, folder / "model_head.safetensors")
        (folder / "pytorch_adapter.bin").unlink()
        (folder / "pytorch_model_head.bin").unlink()
    else:
        model.save_adapter(folder, NAME, with_head=True, use_safetensors=True)
    write(folder, root, base, model, {"adapters": adapters.__version__})


def main():
    root = pathlib.Path(sys.argv[1])
    for write_case, cases in ((write_peft, PEFT), (write_adapterhub, ADAPTERHUB)):
        for base, configs in cases.items():
            for case, config in configs.items():
                write_case(root, base, case, config)


if __name__ == "__main__":
    main()
