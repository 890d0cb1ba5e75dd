package dev.graft.bench.golden;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.adapter.Merged;
import dev.graft.bench.ScratchFolder;
import dev.graft.method.Ia3;
import dev.graft.model.Families;
import dev.graft.model.Mode;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Recomputes golden cases. It keeps the bases that it opened until {@link #close}; it belongs to one thread. */
public final class Golden implements AutoCloseable {
    private final GoldenFolder folder;
    private final Map<String, GoldenModel> models = new HashMap<>();

    public Golden(GoldenFolder folder) {
        this.folder = folder;
    }

    /**
     * Recomputes one case. It is skipped only where the tables of suites, backbones, methods and options lack what it needs;
     * whatever goes wrong besides is a failure.
     */
    public Verdict run(GoldenCase golden) {
        try {
            Path base = folder.base(golden.model());
            if (!golden.suite().isBuilt()) {
                return new Verdict.Skipped(golden.suite().folder() + " is not built yet");
            }
            String family = GoldenModel.family(base);
            if (!Families.built().contains(family)) {
                return new Verdict.Skipped("the backbone " + family + " is not built yet");
            }
            GoldenModel model = models.computeIfAbsent(golden.model(), name -> new GoldenModel(base));
            return switch (golden.suite()) {
                case BASE -> plain(golden, model);
                case ADAPTERHUB_HEADS -> GoldenHead.run(golden, model);
                case TRAJECTORY -> Trajectory.of(golden, folder).run(model);
                default -> adapted(golden, model);
            };
        } catch (RuntimeException e) {
            return new Verdict.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static Verdict plain(GoldenCase golden, GoldenModel model) {
        try (TensorSource source = expected(golden);
                Scope scope = Scope.open()) {
            Deviations deviations = new Deviations();
            Tensor logits = model.logits(new GoldenTensors(source).batch("input."));
            deviations.compare("output.logits", logits, source.read("output.logits"), Tolerance.LOGITS);
            return deviations.verdict();
        }
    }

    private static Verdict adapted(GoldenCase golden, GoldenModel model) {
        ForeignAdapter foreign = model.adapter(golden);
        Optional<String> refusal = foreign.refusal();
        if (refusal.isPresent()) {
            return new Verdict.Skipped(refusal.get());
        }
        try (TensorSource source = expected(golden);
                Adapter adapter = foreign.read();
                Scope scope = Scope.open()) {
            Deviations deviations = new Deviations();
            GoldenTensors tensors = new GoldenTensors(source);
            Tensor logits = adapter.outputs(model.backbone(), tensors.batch("input."), Mode.EVALUATION);
            deviations.compare("output.logits", logits, source.read("output.logits"), Tolerance.LOGITS);
            savedAgain(adapter, model, tensors, logits, deviations);
            if (source.contains("output.merged_logits") && !mergesOtherwise(golden, adapter)) {
                merged(adapter, model, tensors, deviations);
            }
            logits.times(source.read("loss.weights")).sum().backward();
            tensors.compare(
                    "grad.", adapter, foreign.tensors(adapter), Golden::gradient, Tolerance.GRADIENTS, deviations);
            return deviations.verdict();
        }
    }

    /** What Graft writes of the adapter reads back as the same one. */
    private static void savedAgain(
            Adapter adapter, GoldenModel model, GoldenTensors tensors, Tensor logits, Deviations deviations) {
        try (ScratchFolder scratch = new ScratchFolder()) {
            Path directory = scratch.path().resolve("adapter");
            adapter.save(directory, model.backbone());
            try (Adapter again = Adapter.load(directory, model.backbone())) {
                Tensor same = again.outputs(model.backbone(), tensors.batch("input."), Mode.EVALUATION);
                deviations.compare("saved again", same, logits, Tolerance.SAME);
            }
        }
    }

    /** AdapterHub's merge of (IA)^3 forgets the biases: its outputs are not those of its own adapter (formats.md 2.2.4). */
    private static boolean mergesOtherwise(GoldenCase golden, Adapter adapter) {
        return golden.suite() == Suite.ADAPTERHUB && adapter.method() instanceof Ia3;
    }

    private static void merged(Adapter adapter, GoldenModel model, GoldenTensors tensors, Deviations deviations) {
        try (Scope scope = Scope.open();
                Merged merged = adapter.merge(model.backbone())
                        .orElseThrow(
                                () -> new IllegalStateException("the library merges this adapter; Graft's %s does not"
                                        .formatted(adapter.method().name())))) {
            deviations.compare(
                    "output.merged_logits",
                    merged.outputs(tensors.batch("input.")),
                    tensors.source().read("output.merged_logits"),
                    Tolerance.LOGITS);
        }
    }

    private static Tensor gradient(Parameter parameter) {
        Tensor gradient = parameter.gradient();
        Tensor value = parameter.value();
        return gradient == null ? Tensor.zeros(value.dtype(), value.device(), value.shape()) : gradient;
    }

    private static TensorSource expected(GoldenCase golden) {
        return TensorSource.open(golden.directory().resolve("expected.safetensors"));
    }

    @Override
    public void close() {
        models.values().forEach(GoldenModel::close);
    }
}
