package dev.graft.bench.golden;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.model.Batch;
import dev.graft.model.Marks;
import dev.graft.model.Mode;
import dev.graft.task.MultiLabel;
import dev.graft.task.Task;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

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
        if (foreign.isMaskedLm()) {
            return maskedLm(golden, "output." + name, "label." + name, foreign, model);
        }
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

    /** The words of each position, as if the mask were there: logits [B, T, V]. */
    private static Verdict maskedLm(
            GoldenCase golden, String output, String label, ForeignAdapter foreign, GoldenModel model) {
        SequencedMap<String, Integer> words = new LinkedHashMap<>();
        IntStream.range(0, model.backbone().architecture().vocabulary())
                .forEach(id -> words.put(String.valueOf(id), id));
        try (TensorSource source = TensorSource.open(golden.directory().resolveSibling("expected.safetensors"));
                Adapter adapter = foreign.readMaskedLm(golden.model(), "{text} [MASK]", words);
                Scope scope = Scope.open()) {
            Batch batch = new GoldenTensors(source).batch("input.");
            int rows = (int) batch.ids().size(0);
            int columns = (int) batch.ids().size(1);
            List<Tensor> logits = new ArrayList<>();
            for (int t = 0; t < columns; t++) {
                long[] answer = new long[rows * columns];
                for (int row = 0; row < rows; row++) {
                    answer[row * columns + t] = 1;
                }
                Marks marks = new Marks(
                        Tensor.zeros(DType.INT64, Device.CPU, rows, columns), Tensor.of(answer, rows, columns));
                logits.add(adapter.outputs(
                        model.backbone(),
                        new Batch(batch.ids(), batch.types(), batch.mask(), marks),
                        Mode.EVALUATION)); // [B, V]
            }
            Tensor all = Tensor.stacked(1, logits); // [B, T, V]
            Deviations deviations = new Deviations();
            deviations.compare(output, all, source.read(output + ".logits"), Tolerance.LOGITS);
            Tensor loss = Functions.crossEntropy(
                    all.reshape(rows * columns, words.size()),
                    source.read(label + ".labels").reshape(rows * columns),
                    null);
            deviations.compare(output + ".loss", loss, source.read(output + ".loss"), Tolerance.LOGITS);
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
