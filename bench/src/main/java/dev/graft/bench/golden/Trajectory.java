package dev.graft.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.adapter.StoredTensor;
import dev.graft.model.Mode;
import dev.graft.tensor.AdamW;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.StepGradients;
import dev.graft.tensor.Tensor;
import dev.graft.train.LinearSchedule;
import dev.graft.weights.TensorSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Optimizer steps that a library took from an adapter, taken again: same start, batches, AdamW, schedule and clipping.
 *
 * @param golden the steps
 * @param start the adapter
 * @param manifest how the steps were taken
 */
record Trajectory(GoldenCase golden, GoldenCase start, JsonNode manifest) {
    private static final Pattern SCHEDULE =
            Pattern.compile("linear warm-up over (\\d+) steps .*, then linear decay to 0 .*");

    static Trajectory of(GoldenCase golden, GoldenFolder folder) {
        JsonNode manifest = GoldenFolder.json(golden.directory().resolve("manifest.json"));
        return new Trajectory(golden, folder.named(manifest.path("adapter").asText()), manifest);
    }

    Verdict run(GoldenModel model) {
        ForeignAdapter foreign = model.adapter(start);
        Optional<String> refusal = foreign.refusal();
        if (refusal.isPresent()) {
            return new Verdict.Skipped(refusal.get());
        }
        try (TensorSource source = TensorSource.open(golden.directory().resolve("trajectory.safetensors"));
                Adapter adapter = foreign.read();
                AdamW optimizer = AdamW.decayingAll(adapter.parameters(), settings());
                Scope scope = Scope.open()) {
            GoldenTensors tensors = new GoldenTensors(source);
            List<StoredTensor> names = foreign.tensors(adapter);
            tensors.assign("init.", adapter, names);
            Deviations deviations = new Deviations();
            takeSteps(model, adapter, optimizer, tensors, deviations);
            tensors.compare("final.", adapter, names, Parameter::value, Tolerance.TRAJECTORY, deviations);
            return deviations.verdict();
        }
    }

    private void takeSteps(
            GoldenModel model, Adapter adapter, AdamW optimizer, GoldenTensors tensors, Deviations deviations) {
        Tensor losses = tensors.source().read("loss");
        Tensor norms = tensors.source().read("grad_norm");
        LinearSchedule schedule = schedule();
        int batches = batches(tensors.source());
        for (int step = 0; step < schedule.total(); step++) {
            try (Scope scope = Scope.open()) {
                String batch = "batch." + step % batches + ".";
                Tensor logits = adapter.outputs(model.backbone(), tensors.batch(batch), Mode.EVALUATION);
                Tensor loss = Functions.crossEntropy(logits, tensors.source().read(batch + "labels"), null);
                double norm;
                try (StepGradients gradients = optimizer.gradientsOf(loss)) {
                    norm = gradients.clip(number("clip_global_norm"));
                    optimizer.step(number("lr") * schedule.at(step), gradients);
                }
                deviations.compare("loss of step " + step, loss, losses.select(0, step), Tolerance.TRAJECTORY);
                deviations.compare(
                        "gradient norm of step " + step,
                        Tensor.of(new double[] {norm}),
                        norms.select(0, step),
                        Tolerance.TRAJECTORY);
            }
        }
    }

    private AdamW.Settings settings() {
        require("optimizer", "AdamW");
        require("weight_decay_on", "every trainable tensor");
        JsonNode betas = manifest.path("betas");
        return new AdamW.Settings(
                betas.path(0).doubleValue(), betas.path(1).doubleValue(), number("eps"), number("weight_decay"));
    }

    private LinearSchedule schedule() {
        Matcher schedule = SCHEDULE.matcher(manifest.path("schedule").asText());
        if (!schedule.matches()) {
            throw new IllegalStateException("unknown schedule: " + manifest.path("schedule"));
        }
        return new LinearSchedule(
                Long.parseLong(schedule.group(1)), manifest.path("steps").intValue());
    }

    private void require(String key, String value) {
        if (!manifest.path(key).asText().equals(value)) {
            throw new IllegalStateException("%s must be '%s': %s".formatted(key, value, manifest.path(key)));
        }
    }

    private double number(String key) {
        if (!manifest.path(key).isNumber()) {
            throw new IllegalStateException("%s must be a number: %s".formatted(key, manifest.path(key)));
        }
        return manifest.path(key).doubleValue();
    }

    private static int batches(TensorSource source) {
        int batches = 0;
        while (source.contains("batch." + batches + ".input_ids")) {
            batches++;
        }
        return batches;
    }
}
