package dev.graft.conformance;

import dev.graft.adapter.Adapter;
import dev.graft.method.Method;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.task.Classification;
import dev.graft.task.Targets;
import dev.graft.task.Task;
import dev.graft.tensor.AdamW;
import dev.graft.tensor.DType;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.StepGradients;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter of three classes on a backbone. Closing it frees the adapter and whatever the test computed since it was made.
 */
final class Specimen implements AutoCloseable {
    /** Far more than any default, so that decay of a frozen tensor would show. */
    private static final AdamW.Settings STRONG_DECAY = new AdamW.Settings(0.9, 0.999, 1e-8, 0.1);

    private static final Task TASK = new Classification(List.of("x", "y", "z"));
    private static final Targets TARGETS = Targets.of(TASK, List.of("z", "x", "y"), text -> "text " + text);

    private final Scope scope = Scope.open();
    private final Backbone base;
    private final Adapter adapter;

    /**
     * @param adapter closed with this specimen
     */
    Specimen(Backbone base, Adapter adapter) {
        this.base = base;
        this.adapter = adapter;
    }

    /** As freshly attached. */
    static Specimen fresh(Method method, BackboneUnderTest backbone) {
        Backbone base = backbone.base();
        return new Specimen(base, Adapter.create(method, TASK, base, "tiny", backbone.pooling(), 16, 1));
    }

    static Specimen fresh(MethodUnderTest method, BackboneUnderTest backbone) {
        return fresh(method.method(), backbone);
    }

    /** As after some training: no tensor is zero or what it started from. */
    static Specimen perturbed(Method method, BackboneUnderTest backbone) {
        Specimen specimen = fresh(method, backbone);
        specimen.perturb(5);
        return specimen;
    }

    /** Moves every tensor by random numbers. */
    void perturb(long seed) {
        RandomSource random = new RandomSource(seed);
        for (Parameter parameter : parameters()) {
            Tensor value = parameter.value();
            Tensor shift =
                    random.at(parameter.name()).normal(0.1, value.shape()).to(DType.FLOAT64);
            parameter.assign(value.detach().plus(shift));
        }
    }

    static Specimen perturbed(MethodUnderTest method, BackboneUnderTest backbone) {
        return perturbed(method.method(), backbone);
    }

    Backbone base() {
        return base;
    }

    Adapter adapter() {
        return adapter;
    }

    Deltas deltas() {
        return adapter.deltas();
    }

    /** Everything that trains, the head last. */
    List<Parameter> parameters() {
        return adapter.parameters();
    }

    Parameter parameter(String name) {
        return parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    Hidden forward(Batch batch, Mode mode) {
        return base.forward(batch, deltas(), mode);
    }

    /** The last layer's output in evaluation, with these deltas before or behind the method's own. */
    Hidden forwardWith(List<? extends Delta> first, List<? extends Delta> last) {
        List<Delta> all = new ArrayList<>(first);
        all.addAll(deltas().all());
        all.addAll(last);
        return base.forward(Texts.all(), new Deltas(all), Mode.EVALUATION);
    }

    /** [3, 3]: one row of scores per text. */
    Tensor logits(Mode mode) {
        return adapter.outputs(base, Texts.all(), mode);
    }

    /** The logits of the same head on the plain base. */
    Tensor baseLogits() {
        return logitsWith(Deltas.NONE);
    }

    /** The same head's, from as many rows as the adapter computes, so that what is equal is so to the bit. */
    Tensor logitsWith(Deltas other) {
        boolean alone = deltas().all().stream().allMatch(Delta::rowwise);
        Hidden hidden = alone
                ? base.forward(Texts.all(), adapter.pooling(), other, Mode.EVALUATION)
                : base.forward(Texts.all(), other, Mode.EVALUATION);
        return adapter.head().apply(base.pool(hidden, adapter.pooling(), other, Mode.EVALUATION), Mode.EVALUATION);
    }

    /** The loss on the batch, recorded for gradients. */
    Tensor loss() {
        return TARGETS.loss(logits(Mode.EVALUATION), new int[] {0, 1, 2}, false);
    }

    /** The loss on the batch as a number. */
    double lossValue() {
        try (Scope step = Scope.open();
                Gradients off = Gradients.off()) {
            return loss().item();
        }
    }

    /** The loss on the batch, as a number, of the same head on a base with other deltas. */
    double lossWith(Deltas other) {
        try (Scope step = Scope.open();
                Gradients off = Gradients.off()) {
            return TARGETS.loss(logitsWith(other), new int[] {0, 1, 2}, false).item();
        }
    }

    /** Trains everything on the batch. */
    void train(int steps) {
        try (AdamW optimizer = new AdamW(parameters(), STRONG_DECAY)) {
            for (int i = 0; i < steps; i++) {
                try (Scope step = Scope.open()) {
                    step(optimizer, 1e-2);
                }
            }
        }
    }

    /** One step on the batch of what an optimizer holds. */
    void step(AdamW optimizer, double rate) {
        try (StepGradients gradients = optimizer.gradientsOf(loss())) {
            optimizer.step(rate, gradients);
        }
    }

    void clearGradients() {
        parameters().forEach(Parameter::clearGradient);
    }

    @Override
    public void close() {
        adapter.close();
        scope.close();
    }
}
