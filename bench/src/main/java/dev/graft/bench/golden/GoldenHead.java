package dev.graft.bench.golden;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.model.Mode;
import dev.graft.task.MultiLabel;
import dev.graft.task.Task;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.util.Optional;

/** A head of AdapterHub's on the adapter {@code a} beside it: its logits and its loss. */
final class GoldenHead {
    private GoldenHead() {}

    static Verdict run(GoldenCase golden, GoldenModel model) {
        ForeignAdapter foreign =
                ForeignAdapter.open(golden.directory().resolveSibling("a"), golden.directory(), model.backbone());
        Optional<String> refusal = foreign.refusal();
        if (refusal.isPresent()) {
            return new Verdict.Skipped(refusal.get());
        }
        String name = golden.name().substring(golden.name().lastIndexOf('/') + 1);
        try (TensorSource source = TensorSource.open(golden.directory().resolveSibling("expected.safetensors"));
                Adapter adapter = foreign.read();
                Scope scope = Scope.open()) {
            Deviations deviations = new Deviations();
            Tensor logits =
                    adapter.outputs(model.backbone(), new GoldenTensors(source).batch("input."), Mode.EVALUATION);
            String output = "output." + name;
            deviations.compare(output, logits, source.read(output + ".logits"), Tolerance.LOGITS);
            if (source.contains(output + ".loss")) {
                Tensor loss = loss(adapter.task(), logits, source.read("label." + name + ".labels"));
                deviations.compare(output + ".loss", loss, source.read(output + ".loss"), Tolerance.LOGITS);
            }
            return deviations.verdict();
        }
    }

    private static Tensor loss(Task task, Tensor logits, Tensor labels) {
        return switch (task) {
            case MultiLabel multiLabel -> Functions.binaryCrossEntropy(logits, labels.to(logits.dtype()), null);
            case Task single
            when single.outputs() == 1 ->
                Functions.meanSquaredError(logits, labels.to(logits.dtype()).reshape(labels.size(0), 1));
            default -> Functions.crossEntropy(logits, labels, null);
        };
    }
}
